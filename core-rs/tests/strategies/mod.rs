//! Types, and values of them.

use ferrocql_core::types::{CqlType, Field, UserType};
use ferrocql_core::value::CqlValue;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::delivered::values::SIMPLE;

/// A type nested at most so deep.
pub fn any_type(depth: u32) -> BoxedStrategy<CqlType> {
    let simple = proptest::sample::select(SIMPLE.map(|(_, ty)| ty).to_vec());
    let leaf = prop_oneof![
        20 => simple,
        1 => Just(CqlType::Custom("com.example.Point".into())),
    ];
    leaf.prop_recursive(depth, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|ty| CqlType::List(ty.into())),
            inner.clone().prop_map(|ty| CqlType::Set(ty.into())),
            (inner.clone(), inner.clone()).prop_map(|types| CqlType::Map(types.into())),
            vec(inner.clone(), 1..4).prop_map(|types| CqlType::Tuple(types.into())),
            vec(inner.clone(), 1..4).prop_map(user_type),
            (inner, 1..5_u32).prop_map(|(ty, dimensions)| CqlType::Vector(ty.into(), dimensions)),
        ]
    })
    .boxed()
}

fn user_type(types: Vec<CqlType>) -> CqlType {
    let fields = types.into_iter().enumerate().map(|(index, ty)| Field {
        name: format!("field é {index}").into(),
        ty,
    });
    CqlType::Udt(Box::new(UserType {
        keyspace: "keyspace".into(),
        name: "type é".into(),
        fields: fields.collect(),
    }))
}

/// A value of this type, not null itself.
pub fn any_value(ty: &CqlType) -> BoxedStrategy<CqlValue> {
    match ty {
        CqlType::Custom(_) => bytes(0).prop_map(CqlValue::Custom).boxed(),
        CqlType::Ascii => vec(0_u8..0x80, 0..50)
            .prop_map(|bytes| CqlValue::Ascii(String::from_utf8(bytes).unwrap()))
            .boxed(),
        CqlType::BigInt => any::<i64>().prop_map(CqlValue::BigInt).boxed(),
        CqlType::Blob => bytes(0).prop_map(CqlValue::Blob).boxed(),
        CqlType::Boolean => any::<bool>().prop_map(CqlValue::Boolean).boxed(),
        CqlType::Counter => any::<i64>().prop_map(CqlValue::Counter).boxed(),
        CqlType::Decimal => (bytes(1), any::<i32>())
            .prop_map(|(unscaled, scale)| CqlValue::Decimal { unscaled, scale })
            .boxed(),
        CqlType::Double => any::<u64>()
            .prop_map(|bits| CqlValue::Double(f64::from_bits(bits)))
            .boxed(),
        CqlType::Float => any::<u32>()
            .prop_map(|bits| CqlValue::Float(f32::from_bits(bits)))
            .boxed(),
        CqlType::Int => any::<i32>().prop_map(CqlValue::Int).boxed(),
        CqlType::Timestamp => any::<i64>().prop_map(CqlValue::Timestamp).boxed(),
        CqlType::Uuid => any::<[u8; 16]>().prop_map(CqlValue::Uuid).boxed(),
        CqlType::Text => text().prop_map(CqlValue::Text).boxed(),
        CqlType::Varint => bytes(1).prop_map(CqlValue::Varint).boxed(),
        CqlType::TimeUuid => any::<[u8; 16]>().prop_map(CqlValue::TimeUuid).boxed(),
        CqlType::Inet => prop_oneof![
            any::<[u8; 4]>().prop_map(|bytes| CqlValue::Inet(bytes.into())),
            any::<[u8; 16]>().prop_map(|bytes| CqlValue::Inet(bytes.into())),
        ]
        .boxed(),
        CqlType::Date => any::<i32>().prop_map(CqlValue::Date).boxed(),
        CqlType::Time => (0..86_400_000_000_000_i64).prop_map(CqlValue::Time).boxed(),
        CqlType::SmallInt => any::<i16>().prop_map(CqlValue::SmallInt).boxed(),
        CqlType::TinyInt => any::<i8>().prop_map(CqlValue::TinyInt).boxed(),
        CqlType::Duration => (0..=i32::MAX, 0..=i32::MAX, 0..=i64::MAX, any::<bool>())
            .prop_map(|(months, days, nanoseconds, is_negative)| match is_negative {
                true => CqlValue::Duration {
                    months: -months,
                    days: -days,
                    nanoseconds: -nanoseconds,
                },
                false => CqlValue::Duration {
                    months,
                    days,
                    nanoseconds,
                },
            })
            .boxed(),
        CqlType::List(ty) => vec(nullable(ty), 0..5).prop_map(CqlValue::List).boxed(),
        CqlType::Set(ty) => vec(nullable(ty), 0..5).prop_map(CqlValue::Set).boxed(),
        CqlType::Map(types) => vec((nullable(&types.0), nullable(&types.1)), 0..4)
            .prop_map(CqlValue::Map)
            .boxed(),
        CqlType::Tuple(types) => all(types.iter()).prop_map(CqlValue::Tuple).boxed(),
        CqlType::Udt(udt) => all(udt.fields.iter().map(|field| &field.ty))
            .prop_map(CqlValue::Udt)
            .boxed(),
        CqlType::Vector(ty, dimensions) => vec(any_value(ty).prop_map(Some), *dimensions as usize)
            .prop_map(CqlValue::Vector)
            .boxed(),
    }
}

/// Text of ASCII alone, or of anything.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        vec(0_u8..0x80, 0..70).prop_map(|bytes| String::from_utf8(bytes).unwrap()),
        vec(prop_oneof![any::<char>(), Just('a'), Just('é')], 0..40).prop_map(String::from_iter),
    ]
}

fn nullable(ty: &CqlType) -> BoxedStrategy<Option<CqlValue>> {
    proptest::option::weighted(0.8, any_value(ty)).boxed()
}

fn all<'t>(types: impl Iterator<Item = &'t CqlType>) -> BoxedStrategy<Vec<Option<CqlValue>>> {
    types.map(nullable).collect::<Vec<_>>().boxed()
}

fn bytes(minimum: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), minimum..40)
}
