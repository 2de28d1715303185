//! Types and values ↔ JSON.

use super::hex;
use ferrocql_core::notation::{write_count, write_short, write_string};
use ferrocql_core::types::{CqlType, Field, UserType};
use ferrocql_core::value::CqlValue;
use serde_json::{json, Value};

pub const SIMPLE: [(&str, CqlType); 20] = [
    ("ascii", CqlType::Ascii),
    ("bigint", CqlType::BigInt),
    ("blob", CqlType::Blob),
    ("boolean", CqlType::Boolean),
    ("counter", CqlType::Counter),
    ("decimal", CqlType::Decimal),
    ("double", CqlType::Double),
    ("float", CqlType::Float),
    ("int", CqlType::Int),
    ("timestamp", CqlType::Timestamp),
    ("uuid", CqlType::Uuid),
    ("text", CqlType::Text),
    ("varint", CqlType::Varint),
    ("timeuuid", CqlType::TimeUuid),
    ("inet", CqlType::Inet),
    ("date", CqlType::Date),
    ("time", CqlType::Time),
    ("smallint", CqlType::SmallInt),
    ("tinyint", CqlType::TinyInt),
    ("duration", CqlType::Duration),
];

const PACKAGE: &str = "org.apache.cassandra.db.marshal.";

/// The classes of the simple types, in the same order.
const CLASSES: [&str; 20] = [
    "AsciiType",
    "LongType",
    "BytesType",
    "BooleanType",
    "CounterColumnType",
    "DecimalType",
    "DoubleType",
    "FloatType",
    "Int32Type",
    "TimestampType",
    "UUIDType",
    "UTF8Type",
    "IntegerType",
    "TimeUUIDType",
    "InetAddressType",
    "SimpleDateType",
    "TimeType",
    "ShortType",
    "ByteType",
    "DurationType",
];

/// A simple type is its name; all others are objects.
pub fn type_json(ty: &CqlType) -> Value {
    match ty {
        CqlType::Custom(class) => json!({ "custom": class }),
        CqlType::List(element) => json!({ "list": type_json(element) }),
        CqlType::Set(element) => json!({ "set": type_json(element) }),
        CqlType::Map(types) => json!({ "map": [type_json(&types.0), type_json(&types.1)] }),
        CqlType::Tuple(types) => json!({ "tuple": types.iter().map(type_json).collect::<Vec<_>>() }),
        CqlType::Vector(element, dimensions) => json!({ "vector": [type_json(element), dimensions] }),
        CqlType::Udt(udt) => {
            let fields: Vec<_> = udt.fields.iter().map(|f| json!([f.name, type_json(&f.ty)])).collect();
            json!({ "udt": { "keyspace": udt.keyspace, "name": udt.name, "fields": fields } })
        }
        simple => SIMPLE.iter().find(|(_, ty)| ty == simple).unwrap().0.into(),
    }
}

pub fn type_of(json: &Value) -> CqlType {
    let Some(object) = json.as_object() else {
        let name = json.as_str().unwrap();
        return SIMPLE.iter().find(|(simple, _)| *simple == name).unwrap().1.clone();
    };
    let (kind, of) = object.iter().next().unwrap();
    match kind.as_str() {
        "custom" => CqlType::Custom(of.as_str().unwrap().into()),
        "list" => CqlType::List(Box::new(type_of(of))),
        "set" => CqlType::Set(Box::new(type_of(of))),
        "map" => CqlType::Map(Box::new((type_of(&of[0]), type_of(&of[1])))),
        "tuple" => CqlType::Tuple(of.as_array().unwrap().iter().map(type_of).collect()),
        "vector" => CqlType::Vector(Box::new(type_of(&of[0])), of[1].as_u64().unwrap() as u32),
        "udt" => {
            let fields = of["fields"].as_array().unwrap().iter();
            let fields = fields.map(|field| Field {
                name: field[0].as_str().unwrap().into(),
                ty: type_of(&field[1]),
            });
            CqlType::Udt(Box::new(UserType {
                keyspace: of["keyspace"].as_str().unwrap().into(),
                name: of["name"].as_str().unwrap().into(),
                fields: fields.collect(),
            }))
        }
        _ => panic!("type {kind}"),
    }
}

/// The `[option]` of a type: vectors and unknown types as class names, all others by their id.
pub fn write_option(ty: &CqlType, out: &mut Vec<u8>) {
    if let CqlType::Vector(..) | CqlType::Custom(_) = ty {
        write_short(out, 0);
        return write_string(out, class_name(ty).as_bytes()).unwrap();
    }
    write_short(out, ty.id());
    match ty {
        CqlType::List(element) | CqlType::Set(element) => write_option(element, out),
        CqlType::Map(types) => {
            write_option(&types.0, out);
            write_option(&types.1, out);
        }
        CqlType::Tuple(types) => {
            write_count(out, types.len()).unwrap();
            types.iter().for_each(|ty| write_option(ty, out));
        }
        CqlType::Udt(udt) => {
            write_string(out, udt.keyspace.as_bytes()).unwrap();
            write_string(out, udt.name.as_bytes()).unwrap();
            write_count(out, udt.fields.len()).unwrap();
            for field in &udt.fields {
                write_string(out, field.name.as_bytes()).unwrap();
                write_option(&field.ty, out);
            }
        }
        _ => {}
    }
}

/// The class name of a type, with the blanks that the server writes.
pub fn class_name(ty: &CqlType) -> String {
    let with = |name: &str, arguments: Vec<String>| format!("{PACKAGE}{name}({})", arguments.join(","));
    match ty {
        CqlType::Custom(class) => class.to_string(),
        CqlType::List(element) => with("ListType", vec![class_name(element)]),
        CqlType::Set(element) => with("SetType", vec![class_name(element)]),
        CqlType::Map(types) => with("MapType", vec![class_name(&types.0), class_name(&types.1)]),
        CqlType::Tuple(types) => with("TupleType", types.iter().map(class_name).collect()),
        CqlType::Vector(element, dimensions) => {
            format!("{PACKAGE}VectorType({} , {dimensions})", class_name(element))
        }
        CqlType::Udt(udt) => {
            let mut arguments = vec![udt.keyspace.to_string(), hex(udt.name.as_bytes())];
            let fields = udt.fields.iter();
            arguments.extend(fields.map(|field| format!("{}:{}", hex(field.name.as_bytes()), class_name(&field.ty))));
            with("UserType", arguments)
        }
        simple => {
            let index = SIMPLE.iter().position(|(_, ty)| ty == simple).unwrap();
            format!("{PACKAGE}{}", CLASSES[index])
        }
    }
}

/// Numbers of more than 32 bits are text; a timestamp is the double that JavaScript sees.
pub fn value_json(value: Option<&CqlValue>) -> Value {
    let Some(value) = value else { return Value::Null };
    let all = |values: &[Option<CqlValue>]| {
        values
            .iter()
            .map(|value| value_json(value.as_ref()))
            .collect::<Vec<_>>()
    };
    match value {
        CqlValue::Ascii(text) | CqlValue::Text(text) => text.as_str().into(),
        CqlValue::BigInt(number) | CqlValue::Counter(number) | CqlValue::Time(number) => number.to_string().into(),
        CqlValue::Blob(bytes) | CqlValue::Custom(bytes) => hex(bytes).into(),
        CqlValue::Boolean(value) => (*value).into(),
        CqlValue::Date(days) => (*days).into(),
        CqlValue::Decimal { unscaled, scale } => json!({ "unscaled": varint_text(unscaled), "scale": scale }),
        CqlValue::Double(number) => double_json(*number),
        CqlValue::Duration {
            months,
            days,
            nanoseconds,
        } => duration_json(*months, *days, *nanoseconds),
        CqlValue::Float(number) => double_json(f64::from(*number)),
        CqlValue::Inet(address) => address.to_string().into(),
        CqlValue::Int(number) => (*number).into(),
        CqlValue::List(values) | CqlValue::Set(values) | CqlValue::Vector(values) => all(values).into(),
        CqlValue::Tuple(values) | CqlValue::Udt(values) => all(values).into(),
        CqlValue::Map(entries) => entries
            .iter()
            .map(|(key, value)| json!([value_json(key.as_ref()), value_json(value.as_ref())]))
            .collect(),
        CqlValue::SmallInt(number) => (*number).into(),
        CqlValue::Timestamp(number) => (*number as f64).to_string().into(),
        CqlValue::TimeUuid(bytes) | CqlValue::Uuid(bytes) => uuid_text(bytes).into(),
        CqlValue::TinyInt(number) => (*number).into(),
        CqlValue::Varint(bytes) => varint_text(bytes).into(),
    }
}

pub fn duration_json(months: i32, days: i32, nanoseconds: i64) -> Value {
    json!({ "months": months, "days": days, "nanoseconds": nanoseconds.to_string() })
}

pub fn double_json(number: f64) -> Value {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.into();
    }
    if number == 0.0 && number.is_sign_negative() {
        return "-0".into();
    }
    number.into()
}

pub fn uuid_text(bytes: &[u8]) -> String {
    let digits = hex(bytes);
    [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ]
    .join("-")
}

/// Decimal digits, as far as 128 bits go.
pub fn varint_text(bytes: &[u8]) -> String {
    if bytes.len() > 16 {
        return format!("0x{}", hex(bytes));
    }
    let sign = if bytes[0] < 0x80 { 0 } else { -1 };
    bytes
        .iter()
        .fold(sign, |number: i128, byte| number << 8 | i128::from(*byte))
        .to_string()
}
