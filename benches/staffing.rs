//! Queues in columns under criterion: the measures of Erlang C and A, and required agents, for 100,000 queue-intervals
//! of mixed size (median 25 erlangs), and at 10, 100, 1,000 and 100,000 agents.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use turnout_benches::queues::{Queues, SIZES, Size};
use turnout_core::column::Column;
use turnout_core::erlang::{Definition, MetricsColumns, ThresholdColumns, service_metrics_columns};
use turnout_core::staffing::{RequirementColumns, StaffingColumns, TargetColumns, required_agents_columns};

const ROWS: usize = 100_000;
const THRESHOLDS: ThresholdColumns<'static> =
    ThresholdColumns { answer_within_s: Column::One(20.0), definition: Definition::Offered };

fn measures(queues: &Queues, impatient: bool, out: &mut [Vec<f64>; 6]) {
    let [level, wait, abandon, asa, occupancy, length] = out;
    let mut columns = MetricsColumns {
        service_level: Some(level),
        wait_probability: Some(wait),
        abandon_probability: Some(abandon),
        asa_s: Some(asa),
        occupancy: Some(occupancy),
        mean_queue_length: Some(length),
        ..MetricsColumns::default()
    };
    let agents = Column::Each(&queues.agents);
    let done = service_metrics_columns(&queues.columns(impatient), agents, &THRESHOLDS, &mut columns);
    assert!(done.is_ok(), "the workload is in range");
}

fn required(queues: &Queues, impatient: bool, agents: &mut [f64]) {
    let staffing = StaffingColumns {
        targets: TargetColumns { service_level: Some(Column::One(0.8)), ..TargetColumns::default() },
        thresholds: THRESHOLDS,
        fractional: false,
        min_agents: Column::One(0.0),
    };
    let mut out = RequirementColumns { agents, binding: None };
    assert!(
        required_agents_columns(&queues.columns(impatient), &staffing, &mut out).is_ok(),
        "the workload is in range"
    );
}

fn columns(criterion: &mut Criterion) {
    let sized: Vec<(&Size, Queues)> = SIZES.iter().map(|size| (size, Queues::new(ROWS, size))).collect();
    for (model, impatient) in [("Erlang C", false), ("Erlang A", true)] {
        let mut group = criterion.benchmark_group(format!("{model} measures"));
        group.sample_size(20).throughput(Throughput::Elements(ROWS as u64));
        for (size, queues) in &sized {
            let mut out: [Vec<f64>; 6] = std::array::from_fn(|_| vec![0.0; ROWS]);
            group.bench_function(BenchmarkId::from_parameter(size.name), |bencher| {
                bencher.iter(|| measures(black_box(queues), impatient, &mut out));
            });
        }
        group.finish();
        let mut group = criterion.benchmark_group(format!("{model} required"));
        group.sample_size(10).throughput(Throughput::Elements(ROWS as u64));
        for (size, queues) in &sized {
            let mut agents = vec![0.0; ROWS];
            group.bench_function(BenchmarkId::from_parameter(size.name), |bencher| {
                bencher.iter(|| required(black_box(queues), impatient, &mut agents));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, columns);
criterion_main!(benches);
