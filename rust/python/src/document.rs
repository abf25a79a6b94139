//! Documents made of Python objects, written as JSON for the core to read.

use std::fmt::Write;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::convert::micros_from_datetime;

/// The JSON text of a document.
pub fn to_json(document: &Bound<'_, PyDict>) -> PyResult<String> {
    let mut writer = Writer { out: String::new(), path: Vec::new() };
    writer.value(document.as_any())?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    path: Vec<String>,
}

impl Writer {
    /// Beyond the core's own limit, which then reports it.
    const DEEPEST: usize = 100;

    fn place(&self) -> String {
        let path = self.path.join(".").replace(".[", "[");
        if path.is_empty() { "document".to_owned() } else { path }
    }

    fn value(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(text) = value.cast::<PyString>() {
            self.text(text)
        } else if let Ok(truth) = value.cast::<PyBool>() {
            self.out.push_str(if truth.is_true() { "true" } else { "false" });
            Ok(())
        } else if value.is_instance_of::<PyInt>() {
            self.out.push_str(value.str()?.to_str()?);
            Ok(())
        } else if let Ok(float) = value.cast::<PyFloat>() {
            self.float(float.value())
        } else if value.is_none() {
            self.out.push_str("null");
            Ok(())
        } else if let Ok(dict) = value.cast::<PyDict>() {
            self.nested(|writer| writer.table(dict))
        } else if let Ok(list) = value.cast::<PyList>() {
            self.nested(|writer| writer.list(list.iter()))
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.nested(|writer| writer.list(tuple.iter()))
        } else {
            self.date(value)
        }
    }

    fn nested(&mut self, write: impl FnOnce(&mut Self) -> PyResult<()>) -> PyResult<()> {
        if self.path.len() > Self::DEEPEST {
            return Err(PyValueError::new_err("the document is nested too deeply, or holds itself"));
        }
        write(self)
    }

    fn table(&mut self, dict: &Bound<'_, PyDict>) -> PyResult<()> {
        self.out.push('{');
        for (index, (key, value)) in dict.iter().enumerate() {
            let Ok(key) = key.cast::<PyString>() else {
                let message = format!("{}: the key {} is not text", self.place(), key.repr()?);
                return Err(PyTypeError::new_err(message));
            };
            if index > 0 {
                self.out.push(',');
            }
            self.text(key)?;
            self.out.push(':');
            self.path.push(key.to_string_lossy().into_owned());
            self.value(&value)?;
            self.path.pop();
        }
        self.out.push('}');
        Ok(())
    }

    fn list<'py>(&mut self, items: impl Iterator<Item = Bound<'py, PyAny>>) -> PyResult<()> {
        self.out.push('[');
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.path.push(format!("[{index}]"));
            self.value(&item)?;
            self.path.pop();
        }
        self.out.push(']');
        Ok(())
    }

    fn text(&mut self, text: &Bound<'_, PyString>) -> PyResult<()> {
        let Ok(text) = text.to_str() else {
            return Err(PyValueError::new_err(format!("{}: text that is not valid Unicode", self.place())));
        };
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.out.extend(['\\', c]),
                c if c < ' ' => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(c));
                }
                c => self.out.push(c),
            }
        }
        self.out.push('"');
        Ok(())
    }

    fn float(&mut self, value: f64) -> PyResult<()> {
        if !value.is_finite() {
            return Err(PyValueError::new_err(format!("{}: {value} is not a finite number", self.place())));
        }
        let _ = write!(self.out, "{value:?}");
        Ok(())
    }

    /// Dates and aware datetimes, as TOML readers give them.
    fn date(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(at) = value.cast::<PyDateTime>() {
            micros_from_datetime(at).map_err(|e| PyValueError::new_err(format!("{}: {e}", self.place())))?;
        } else if !value.is_instance_of::<PyDate>() {
            let kind = value.get_type().qualname()?;
            let message =
                format!("{}: a document cannot hold a {kind}; write text, a number, a list or a table", self.place());
            return Err(PyTypeError::new_err(message));
        }
        let text = value.call_method0("isoformat")?.cast_into::<PyString>()?;
        // As people write it, so that a file and what a TOML reader makes of it have one digest.
        match text.to_str()?.strip_suffix("+00:00") {
            Some(text) => self.text(&PyString::new(value.py(), &format!("{text}Z"))),
            None => self.text(&text),
        }
    }
}
