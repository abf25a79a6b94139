//! Frozen results whose fields are numbers, or columns of the kind that was given.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyString};

/// A field of a result.
pub enum Value {
    Number(f64),
    Flag(bool),
    Text(&'static str),
    /// A column, or what a result was rebuilt from.
    Object(Py<PyAny>),
    /// Nothing decided, or it was not asked for.
    Absent,
}

impl<'py> IntoPyObject<'py> for &Value {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self {
            Value::Number(value) => PyFloat::new(py, *value).into_any(),
            Value::Flag(value) => PyBool::new(py, *value).to_owned().into_any(),
            Value::Text(value) => PyString::intern(py, value).into_any(),
            Value::Object(object) => object.bind(py).clone(),
            Value::Absent => py.None().into_bound(py),
        })
    }
}

impl From<Bound<'_, PyAny>> for Value {
    fn from(object: Bound<'_, PyAny>) -> Self {
        Self::Object(object.unbind())
    }
}

/// A class of results: its fields by name, as a dictionary, as text, compared and pickled.
macro_rules! results {
    ($(#[$about:meta])* $name:ident { $(#[$dict:meta])* as_dict; $($(#[$told:meta])* $field:ident),+ $(,)? }) => {
        $(#[$about])*
        #[pyclass(frozen, module = "turnout")]
        #[allow(clippy::struct_field_names, reason = "the fields are called as the columns that they become")]
        pub struct $name {
            $(pub $field: $crate::results::Value),+
        }

        #[pymethods]
        impl $name {
            #[new]
            #[allow(clippy::too_many_arguments, reason = "one for each field")]
            fn new($($field: pyo3::Bound<'_, pyo3::PyAny>),+) -> Self {
                Self { $($field: $field.into()),+ }
            }

            $(
                $(#[$told])*
                #[getter]
                fn $field<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                    pyo3::IntoPyObject::into_pyobject(&self.$field, py)
                }
            )+

            /// The fields by their names, ready for a frame.
            ///
            /// Returns
            /// -------
            /// dict
            ///     Each field, in their order.
            ///
            $(#[$dict])*
            fn as_dict<'py>(&self, py: pyo3::Python<'py>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::types::PyDict>> {
                let found = pyo3::types::PyDict::new(py);
                $(found.set_item(stringify!($field), &self.$field)?;)+
                Ok(found)
            }

            fn __repr__(&self, py: pyo3::Python<'_>) -> pyo3::PyResult<String> {
                let fields = [$((stringify!($field), &self.$field)),+];
                let texts = fields.iter().map(|(name, value)| {
                    let value = pyo3::IntoPyObject::into_pyobject(*value, py)?;
                    Ok(format!("{name}={}", value.repr()?))
                });
                Ok(format!("{}({})", stringify!($name), texts.collect::<pyo3::PyResult<Vec<_>>>()?.join(", ")))
            }

            fn __eq__<'py>(&self, other: &pyo3::Bound<'py, pyo3::PyAny>) -> pyo3::PyResult<pyo3::Bound<'py, pyo3::PyAny>> {
                let py = other.py();
                match other.cast::<Self>() {
                    Ok(other) => {
                        let same = py.import("turnout.models.results")?.getattr("same")?;
                        same.call1((self.as_dict(py)?, other.get().as_dict(py)?))
                    }
                    Err(_) => Ok(py.NotImplemented().into_bound(py)),
                }
            }

            /// To pickle: the class and its fields.
            fn __reduce__<'py>(
                &self,
                py: pyo3::Python<'py>,
            ) -> pyo3::PyResult<(pyo3::Bound<'py, pyo3::types::PyType>, pyo3::Bound<'py, pyo3::types::PyTuple>)> {
                let fields = self.as_dict(py)?.values().to_tuple();
                Ok((py.get_type::<Self>(), fields))
            }

            /// The class itself: for annotations such as `ServiceMetrics[float]`.
            #[classmethod]
            fn __class_getitem__<'py>(
                class: &pyo3::Bound<'py, pyo3::types::PyType>,
                _of: &pyo3::Bound<'py, pyo3::PyAny>,
            ) -> pyo3::Bound<'py, pyo3::types::PyType> {
                class.clone()
            }
        }
    };
}
pub(crate) use results;
