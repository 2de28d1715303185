//! Cold words → JSON.

use super::page::columns_json;
use super::values::type_json;
use super::{hex, word};
use ferrocql_core::metadata::Programs;
use ferrocql_core::notation::Reader;
use ferrocql_core::types::CqlType;
use serde_json::{json, Map, Value};

/// Reads cold words from front to back.
pub struct Cold<'a> {
    delivery: &'a [u8],
    position: usize,
    end: usize,
}

impl<'a> Cold<'a> {
    pub fn new(delivery: &'a [u8], start: usize, length: usize) -> Self {
        Self {
            delivery,
            position: start,
            end: start + length,
        }
    }

    pub fn is_at_end(&self) -> bool {
        self.position == self.end
    }

    pub fn position(&self) -> usize {
        self.position
    }

    pub fn int(&mut self) -> i32 {
        assert!(self.position < self.end, "cold words end too soon");
        self.position += 1;
        word(self.delivery, self.position - 1)
    }

    pub fn count(&mut self) -> usize {
        usize::try_from(self.int()).unwrap()
    }

    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        let offset = self.count();
        let length = usize::try_from(self.int()).ok()?;
        Some(&self.delivery[offset..][..length])
    }

    pub fn hex(&mut self) -> Value {
        self.bytes().map_or(Value::Null, |bytes| hex(bytes).into())
    }

    pub fn text(&mut self) -> &'a str {
        core::str::from_utf8(self.bytes().unwrap()).unwrap()
    }

    pub fn texts(&mut self) -> Vec<&'a str> {
        (0..self.count()).map(|_| self.text()).collect()
    }

    fn flag(&mut self) -> bool {
        match self.int() {
            0 => false,
            1 => true,
            other => panic!("{other} is no truth value"),
        }
    }

    pub fn read_prefix(&mut self, object: &mut Map<String, Value>) {
        object.insert("tracingId".into(), self.hex());
        object.insert("warnings".into(), json!(self.texts()));
        let payload: Vec<_> = (0..self.count()).map(|_| json!([self.text(), self.hex()])).collect();
        object.insert("payload".into(), payload.into());
    }

    pub fn read_message(&mut self, opcode: i32, object: &mut Map<String, Value>, programs: &Programs) {
        let message = match opcode {
            0x00 => self.error(),
            0x02 => json!({}),
            0x03 => json!({ "class": self.text() }),
            0x06 => {
                let options: Vec<_> = (0..self.count()).map(|_| json!([self.text(), self.texts()])).collect();
                json!({ "options": options })
            }
            0x08 => self.result(programs),
            0x0c => self.event(),
            _ => json!({ "token": self.hex() }),
        };
        let Value::Object(message) = message else { panic!() };
        object.extend(message);
    }

    fn error(&mut self) -> Value {
        let (code, message) = (self.int(), self.text());
        json!({ "code": code, "message": message, "detail": self.detail() })
    }

    fn detail(&mut self) -> Value {
        let kind = self.int();
        let mut counts = |kind: &str, names: [&str; 3]| {
            let mut object = Map::from_iter([("kind".into(), kind.into())]);
            for name in names {
                object.insert(name.into(), self.int().into());
            }
            object
        };
        let received = ["consistency", "received", "blockFor"];
        let mut object = match kind {
            0 => return Value::Null,
            1 => counts("UNAVAILABLE", ["consistency", "required", "alive"]),
            2 => counts("WRITE_TIMEOUT", received),
            3 => counts("READ_TIMEOUT", received),
            4 => counts("READ_FAILURE", received),
            5 => counts("WRITE_FAILURE", received),
            6 => {
                return json!({ "kind": "FUNCTION_FAILURE", "keyspace": self.text(), "function": self.text(), "argumentTypes": self.texts() })
            }
            7 => counts("CAS_WRITE_UNKNOWN", received),
            8 => return json!({ "kind": "ALREADY_EXISTS", "keyspace": self.text(), "table": self.text() }),
            9 => return json!({ "kind": "UNPREPARED", "id": self.hex() }),
            10 => return json!({ "kind": "RATE_LIMIT", "operation": self.int(), "rejectedByCoordinator": self.flag() }),
            _ => panic!("detail of kind {kind}"),
        };
        if matches!(kind, 4 | 5) {
            object.insert("failures".into(), self.int().into());
            let reasons: Vec<_> = (0..self.count()).map(|_| json!([self.text(), self.int()])).collect();
            object.insert("reasons".into(), reasons.into());
        }
        if matches!(kind, 2 | 5) {
            object.insert("writeType".into(), self.text().into());
        }
        if kind == 2 {
            let contentions = self.int();
            let contentions = if contentions < 0 {
                Value::Null
            } else {
                contentions.into()
            };
            object.insert("contentions".into(), contentions);
        }
        if matches!(kind, 3 | 4) {
            object.insert("dataPresent".into(), self.flag().into());
        }
        Value::Object(object)
    }

    fn event(&mut self) -> Value {
        match self.int() {
            0 => json!({ "kind": "UNKNOWN", "type": self.text() }),
            1 => self.host_change("TOPOLOGY_CHANGE"),
            2 => self.host_change("STATUS_CHANGE"),
            3 => self.schema_change(),
            4 => {
                json!({ "kind": "CLIENT_ROUTES_CHANGE", "change": self.text(), "connectionIds": self.texts(), "hostIds": self.texts() })
            }
            kind => panic!("event of kind {kind}"),
        }
    }

    fn host_change(&mut self, kind: &str) -> Value {
        json!({ "kind": kind, "change": self.text(), "address": self.hex(), "port": self.int() })
    }

    fn schema_change(&mut self) -> Value {
        json!({
            "kind": "SCHEMA_CHANGE",
            "change": self.text(),
            "target": self.text(),
            "keyspace": self.text(),
            "name": self.text(),
            "argumentTypes": self.texts(),
        })
    }

    fn result(&mut self, programs: &Programs) -> Value {
        match self.int() {
            1 => json!({ "kind": "VOID" }),
            3 => json!({ "kind": "SET_KEYSPACE", "keyspace": self.text() }),
            4 => {
                let (id, metadata_id, flags) = (self.hex(), self.hex(), self.int());
                let partition_key: Vec<_> = (0..self.count()).map(|_| self.int()).collect();
                let markers = self.columns();
                let program = u32::try_from(self.int()).ok();
                let columns = program.map(|id| columns_json(programs.get(id).unwrap().columns()));
                json!({
                    "kind": "PREPARED",
                    "id": id,
                    "resultMetadataId": metadata_id,
                    "flags": flags,
                    "partitionKey": partition_key,
                    "markers": markers,
                    "resultColumns": columns,
                })
            }
            5 => self.schema_change(),
            kind => panic!("result of kind {kind}"),
        }
    }

    pub fn columns(&mut self) -> Vec<Value> {
        (0..self.count())
            .map(|_| json!({ "keyspace": self.text(), "table": self.text(), "name": self.text(), "type": self.ty() }))
            .collect()
    }

    pub fn ty(&mut self) -> Value {
        match self.int() {
            0x00 => json!({ "custom": self.text() }),
            0x20 => json!({ "list": self.ty() }),
            0x21 => json!({ "map": [self.ty(), self.ty()] }),
            0x22 => json!({ "set": self.ty() }),
            0x30 => {
                let (keyspace, name) = (self.text(), self.text());
                let fields: Vec<_> = (0..self.count()).map(|_| json!([self.text(), self.ty()])).collect();
                json!({ "udt": { "keyspace": keyspace, "name": name, "fields": fields } })
            }
            0x31 => {
                let components: Vec<_> = (0..self.count()).map(|_| self.ty()).collect();
                json!({ "tuple": components })
            }
            0x8000 => json!({ "vector": [self.ty(), self.int()] }),
            id => {
                let option = u16::try_from(id).unwrap().to_be_bytes();
                type_json(&CqlType::read(&mut Reader::new(&option)).unwrap())
            }
        }
    }
}
