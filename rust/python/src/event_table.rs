//! Exposure events as a table of Arrow.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, ListBuilder, StringViewBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::event_row::{Row, Scribe, TEXTS};

/// Columns under construction.
pub struct EventTable<'a> {
    scribe: &'a Scribe<'a>,
    at: TimestampMicrosecondBuilder,
    enabled: BooleanBuilder,
    bucket: Float64Builder,
    percent: Float64Builder,
    refused: ListBuilder<StringViewBuilder>,
    segments: ListBuilder<StringViewBuilder>,
    texts: [StringViewBuilder; TEXTS.len()],
    attributes: Vec<StringViewBuilder>,
}

impl<'a> EventTable<'a> {
    pub fn new(scribe: &'a Scribe<'a>) -> Self {
        Self {
            scribe,
            at: TimestampMicrosecondBuilder::new().with_timezone("UTC"),
            enabled: BooleanBuilder::new(),
            bucket: Float64Builder::new(),
            percent: Float64Builder::new(),
            refused: ListBuilder::new(StringViewBuilder::new()),
            segments: ListBuilder::new(StringViewBuilder::new()),
            texts: [(); TEXTS.len()].map(|()| StringViewBuilder::new()),
            attributes: scribe.attributes.iter().map(|_| StringViewBuilder::new()).collect(),
        }
    }

    pub fn push(&mut self, row: &Row<'_>) {
        self.at.append_value(row.at);
        self.enabled.append_value(row.enabled);
        self.bucket.append_option(row.bucket);
        self.percent.append_option(row.percent);
        self.texts.iter_mut().zip(row.texts()).for_each(|(column, text)| column.append_option(text));
        for (column, names) in [(&mut self.refused, &row.refused), (&mut self.segments, &row.segments)] {
            for name in names {
                column.values().append_value(name);
            }
            column.append(true);
        }
        self.attributes.iter_mut().zip(&row.attributes).for_each(|(column, text)| column.append_option(text.as_ref()));
    }

    pub fn finish(mut self) -> Table {
        let mut columns: Vec<(&str, ArrayRef)> = vec![("at", Arc::new(self.at.finish()))];
        for (name, column) in TEXTS.iter().zip(&mut self.texts) {
            columns.push((name, Arc::new(column.finish())));
        }
        columns.push(("enabled", Arc::new(self.enabled.finish())));
        columns.push(("bucket", Arc::new(self.bucket.finish())));
        columns.push(("percent", Arc::new(self.percent.finish())));
        columns.push(("refused", Arc::new(self.refused.finish())));
        columns.push(("segments", Arc::new(self.segments.finish())));
        for (name, column) in self.scribe.attributes.iter().zip(&mut self.attributes) {
            columns.push((name, Arc::new(column.finish())));
        }
        let nullable = columns.into_iter().map(|(name, column)| (name, column, true));
        let batch = RecordBatch::try_from_iter_with_nullable(nullable);
        let batch: StructArray = batch.expect("columns of one length, each named once").into();
        Table::new(Arc::new(batch))
    }
}

/// A table or a column that Polars takes over as it lies. The classes of `pyo3-arrow` would do, but bring every cast of Arrow along.
#[pyclass(frozen, module = "turnout._core")]
pub struct Table(ArrayRef);

impl Table {
    pub fn new(array: ArrayRef) -> Self {
        Self(array)
    }
}

#[pymethods]
impl Table {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        // The interface lets a producer answer with its own types.
        drop(requested_schema);
        let schema = FFI_ArrowSchema::try_from(self.0.data_type());
        let schema = schema.map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
        let array = FFI_ArrowArray::new(&self.0.to_data());
        let schema = PyCapsule::new_with_value(py, schema, c"arrow_schema")?;
        Ok((schema, PyCapsule::new_with_value(py, array, c"arrow_array")?))
    }
}
