//! Fields that are kept and passed on, and never looked at.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// Members of a JSON object, as text: values in memory may take a hundred times its length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extra(Option<Box<str>>);

impl Extra {
    /// Length of the text in bytes.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |text| text.len())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(members: Map<String, Value>) -> Self {
        Self((!members.is_empty()).then(|| Value::Object(members).to_string().into()))
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self::from)
    }
}

impl Serialize for Extra {
    /// As a map, so that it can be flattened.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members: Map<String, Value> = match &self.0 {
            Some(text) => serde_json::from_str(text).map_err(serde::ser::Error::custom)?,
            None => Map::new(),
        };
        members.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::SessionConfig;

    #[test]
    fn unknown_fields_come_back_as_they_were() {
        let whole = json!({"job_role": "Nurse", "x": {"deep": [1, 2.5, null, "ä"]}, "y": ""});
        let config: SessionConfig = serde_json::from_value(whole.clone()).expect("a configuration");
        assert_eq!(
            config.extra.len(),
            r#"{"x":{"deep":[1,2.5,null,"ä"]},"y":""}"#.len()
        );
        assert_eq!(serde_json::to_value(&config).expect("JSON"), whole);
        let plain: SessionConfig = serde_json::from_value(json!({})).expect("a configuration");
        assert!(plain.extra.is_empty());
        assert_eq!(plain, SessionConfig::default());
    }
}
