//! Custom class names → types. The grammar is `Name` or `Name(argument, …)`, blanks anywhere between the words; names
//! of user-defined types and of their fields are hexadecimal. Read once from left to right, so in linear time.

use super::{CqlType, Field, UserType, MAX_DEPTH};
use crate::error::{Error, ErrorKind, Result};
use crate::notation::Reader;

const PACKAGE: &str = "org.apache.cassandra.db.marshal.";

/// Reads the `[string]` of a custom type. A class that we do not know stays a custom type of its full name, at the top
/// and inside other classes alike; a known one that does not parse is refused.
pub(super) fn read(reader: &mut Reader<'_>, depth: usize) -> Result<CqlType> {
    let start = reader.position() + 2;
    let text = reader.string()?;
    let mut scanner = Scanner { text, position: 0 };
    if !is_known(scanner.clone().word()) {
        return Ok(CqlType::Custom(text.into()));
    }
    scanner
        .class(depth)
        .and_then(|ty| scanner.end().map(|()| ty))
        .map_err(|error| Error::new(error.kind, start + error.offset))
}

/// A cursor over a class name.
#[derive(Clone)]
struct Scanner<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn error(&self) -> Error {
        Error::new(ErrorKind::InvalidClassName, self.position)
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.position += rest.len() - rest.trim_start().len();
    }

    /// Everything up to the next bracket, comma or colon, without the blanks around it.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let length = rest.find(['(', ')', ',', ':']).unwrap_or(rest.len());
        self.position += length;
        rest.get(..length).unwrap_or_default().trim()
    }

    /// Takes this character, and whatever blanks stand before it, if it comes next.
    fn take(&mut self, expected: char) -> bool {
        self.skip_blanks();
        let found = self.rest().starts_with(expected);
        self.position += usize::from(found);
        found
    }

    fn expect(&mut self, expected: char) -> Result<()> {
        if self.take(expected) {
            Ok(())
        } else {
            Err(self.error())
        }
    }

    fn end(&mut self) -> Result<()> {
        self.skip_blanks();
        if self.rest().is_empty() {
            Ok(())
        } else {
            Err(self.error())
        }
    }

    fn class(&mut self, depth: usize) -> Result<CqlType> {
        if depth > MAX_DEPTH {
            return Err(Error::new(ErrorKind::TypeTooDeep, self.position));
        }
        self.skip_blanks();
        let start = self.position;
        let name = self.word();
        let short_name = short_name(name);
        if let Some(ty) = short_name.and_then(simple) {
            return Ok(ty);
        }
        let deeper = depth + 1;
        match short_name.unwrap_or_default() {
            "FrozenType" | "ReversedType" => self.single(deeper),
            "ListType" => Ok(CqlType::List(Box::new(self.single(deeper)?))),
            "SetType" => Ok(CqlType::Set(Box::new(self.single(deeper)?))),
            "MapType" => self.map(deeper),
            "TupleType" => self.tuple(deeper),
            "VectorType" => self.vector(deeper),
            "UserType" => self.user_type(deeper),
            _ if name.is_empty() => Err(self.error()),
            _ => self.unknown(start),
        }
    }

    fn single(&mut self, depth: usize) -> Result<CqlType> {
        self.expect('(')?;
        let ty = self.class(depth)?;
        self.expect(')')?;
        Ok(ty)
    }

    fn map(&mut self, depth: usize) -> Result<CqlType> {
        self.expect('(')?;
        let key = self.class(depth)?;
        self.expect(',')?;
        let value = self.class(depth)?;
        self.expect(')')?;
        Ok(CqlType::Map(Box::new((key, value))))
    }

    fn tuple(&mut self, depth: usize) -> Result<CqlType> {
        self.expect('(')?;
        let mut components = vec![self.class(depth)?];
        while self.take(',') {
            components.push(self.class(depth)?);
        }
        self.expect(')')?;
        Ok(CqlType::Tuple(components.into()))
    }

    fn vector(&mut self, depth: usize) -> Result<CqlType> {
        self.expect('(')?;
        let element = self.class(depth)?;
        self.expect(',')?;
        let error = self.error();
        let dimensions = self.word().parse::<u32>().ok().filter(|n| *n > 0).ok_or(error)?;
        self.expect(')')?;
        Ok(CqlType::Vector(Box::new(element), dimensions))
    }

    fn user_type(&mut self, depth: usize) -> Result<CqlType> {
        self.expect('(')?;
        let keyspace = self.word().into();
        self.expect(',')?;
        let name = self.hexadecimal()?;
        let mut fields = Vec::new();
        while self.take(',') {
            let name = self.hexadecimal()?;
            self.expect(':')?;
            let ty = self.class(depth)?;
            fields.push(Field { name, ty });
        }
        self.expect(')')?;
        let fields = fields.into();
        Ok(CqlType::Udt(Box::new(UserType { keyspace, name, fields })))
    }

    fn hexadecimal(&mut self) -> Result<Box<str>> {
        let error = self.error();
        let bytes = self
            .word()
            .as_bytes()
            .chunks(2)
            .map(|pair| match pair {
                [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
                _ => None,
            })
            .collect::<Option<Vec<u8>>>();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(error)?;
        Ok(text.into())
    }

    /// The rest of a class whose name has just been read and means nothing to us, with its arguments.
    fn unknown(&mut self, start: usize) -> Result<CqlType> {
        let mut after_name = self.clone();
        if after_name.take('(') {
            self.position = after_name.position;
            self.skip_arguments()?;
        }
        let text = self.text.get(start..self.position).unwrap_or_default();
        Ok(CqlType::Custom(text.trim_end().into()))
    }

    /// Passes over everything up to the bracket that closes the one just read.
    fn skip_arguments(&mut self) -> Result<()> {
        let mut open = 1_usize;
        let length = self.rest().bytes().position(|byte| {
            match byte {
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            open == 0
        });
        self.position += length.ok_or(self.error())? + 1;
        Ok(())
    }
}

/// The name without our package, or without any; `None` for a class of another package.
fn short_name(name: &str) -> Option<&str> {
    let short = name.strip_prefix(PACKAGE).unwrap_or(name);
    (!short.contains('.')).then_some(short)
}

fn is_known(name: &str) -> bool {
    let compound = [
        "FrozenType",
        "ReversedType",
        "ListType",
        "SetType",
        "MapType",
        "TupleType",
        "VectorType",
        "UserType",
    ];
    short_name(name).is_some_and(|name| compound.contains(&name) || simple(name).is_some())
}

fn simple(name: &str) -> Option<CqlType> {
    Some(match name {
        "AsciiType" => CqlType::Ascii,
        "BooleanType" => CqlType::Boolean,
        "ByteType" => CqlType::TinyInt,
        "BytesType" => CqlType::Blob,
        "CounterColumnType" => CqlType::Counter,
        "DateType" | "TimestampType" => CqlType::Timestamp,
        "DecimalType" => CqlType::Decimal,
        "DoubleType" => CqlType::Double,
        "DurationType" => CqlType::Duration,
        "FloatType" => CqlType::Float,
        "InetAddressType" => CqlType::Inet,
        "Int32Type" => CqlType::Int,
        "IntegerType" => CqlType::Varint,
        "LongType" => CqlType::BigInt,
        "ShortType" => CqlType::SmallInt,
        "SimpleDateType" => CqlType::Date,
        "TimeType" => CqlType::Time,
        "TimeUUIDType" => CqlType::TimeUuid,
        "UTF8Type" => CqlType::Text,
        "UUIDType" => CqlType::Uuid,
        _ => return None,
    })
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
