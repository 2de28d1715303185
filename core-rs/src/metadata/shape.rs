//! How the cells of a column become slots: a type reduced to what the loop over cells has to know, chosen once.

use crate::types::CqlType;

/// One way to decode a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `tinyint`
    TinyInt,
    /// `smallint`
    SmallInt,
    /// `int`
    Int,
    /// `date`
    Date,
    /// `bigint`, `counter`
    BigInt,
    /// `time`
    Time,
    /// `timestamp`
    Timestamp,
    /// `float`
    Float,
    /// `double`
    Double,
    /// `boolean`
    Boolean,
    /// `text`, `ascii`
    Text,
    /// `inet`
    Inet,
    /// `uuid`, `timeuuid`
    Uuid,
    /// `blob` and unknown types
    Blob,
    /// `varint`
    Varint,
    /// `decimal`
    Decimal,
    /// `duration`
    Duration,
    /// `list`, `set`
    List(Box<Shape>),
    /// `map`
    Map(Box<(Shape, Shape)>),
    /// `tuple` and user-defined types
    Tuple(Box<[Shape]>),
    /// `vector<float, n>`: so many bytes.
    FloatVector(usize),
    /// All other vectors
    Vector(Box<VectorShape>),
}

/// What the elements of a vector are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorShape {
    /// Each of them.
    pub element: Shape,
    /// How many there are.
    pub dimensions: usize,
    /// The length of each, where it is not written.
    pub length: Option<usize>,
}

impl Shape {
    /// The shape of this type.
    #[must_use]
    pub fn of(ty: &CqlType) -> Self {
        match ty {
            CqlType::Custom(_) | CqlType::Blob => Self::Blob,
            CqlType::Ascii | CqlType::Text => Self::Text,
            CqlType::BigInt | CqlType::Counter => Self::BigInt,
            CqlType::Boolean => Self::Boolean,
            CqlType::Decimal => Self::Decimal,
            CqlType::Double => Self::Double,
            CqlType::Float => Self::Float,
            CqlType::Int => Self::Int,
            CqlType::Timestamp => Self::Timestamp,
            CqlType::Uuid | CqlType::TimeUuid => Self::Uuid,
            CqlType::Varint => Self::Varint,
            CqlType::Inet => Self::Inet,
            CqlType::Date => Self::Date,
            CqlType::Time => Self::Time,
            CqlType::SmallInt => Self::SmallInt,
            CqlType::TinyInt => Self::TinyInt,
            CqlType::Duration => Self::Duration,
            CqlType::List(element) | CqlType::Set(element) => Self::List(Box::new(Self::of(element))),
            CqlType::Map(types) => Self::Map(Box::new((Self::of(&types.0), Self::of(&types.1)))),
            CqlType::Udt(udt) => Self::Tuple(udt.fields.iter().map(|field| Self::of(&field.ty)).collect()),
            CqlType::Tuple(components) => Self::Tuple(components.iter().map(Self::of).collect()),
            CqlType::Vector(element, dimensions) => Self::of_vector(element, *dimensions),
        }
    }

    fn of_vector(element: &CqlType, dimensions: u32) -> Self {
        let dimensions = usize::try_from(dimensions).unwrap_or(usize::MAX);
        if *element == CqlType::Float {
            return Self::FloatVector(dimensions.saturating_mul(4));
        }
        Self::Vector(Box::new(VectorShape {
            element: Self::of(element),
            dimensions,
            length: element.length_in_vector(),
        }))
    }

    /// Whether no bytes at all are a value; of other shapes they are null.
    #[must_use]
    pub const fn may_be_empty(&self) -> bool {
        matches!(self, Self::Text | Self::Blob)
    }
}
