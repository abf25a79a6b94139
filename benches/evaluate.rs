//! The core alone, under criterion: one evaluation by name, the hash of a ramp, parsing 10,000 toggles.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use turnout_benches::{Call, MAIN, NOW, PLAIN, by_name, callers, policy, policy_json, slots};
use turnout_core::hash::{Stage, hash_unit, seed};
use turnout_core::policy::{Format, Policy};

fn evaluate_by_name(criterion: &mut Criterion) {
    let policy = policy(200);
    let slots = slots(&policy);
    let callers = callers(4096);
    let on = callers.iter().filter(|caller| by_name(&policy, MAIN, &Call { caller, slots: &slots, now: NOW })).count();
    assert!((400..800).contains(&on), "about 15 % of 4096 callers are on, not {on}");
    let mut group = criterion.benchmark_group("evaluate");
    for key in [MAIN, PLAIN] {
        let mut next = callers.iter().cycle();
        group.bench_function(key, |bencher| {
            bencher.iter(|| {
                let call = next.next().map(|caller| Call { caller, slots: &slots, now: NOW });
                call.is_some_and(|call| by_name(&policy, black_box(key), &call))
            });
        });
    }
    group.finish();
}

fn ramp_hash(criterion: &mut Criterion) {
    let callers = callers(4096);
    let seed = seed(MAIN, Stage::Ramp);
    let mut next = callers.iter().cycle();
    criterion.bench_function("hash of a unit", |bencher| {
        bencher.iter(|| next.next().map(|caller| hash_unit(black_box(caller.unit.as_bytes()), seed)));
    });
}

fn parse(criterion: &mut Criterion) {
    let text = policy_json(10_000);
    let mut group = criterion.benchmark_group("policy");
    group.sample_size(10);
    group.bench_function("parse 10,000 toggles", |bencher| {
        bencher.iter(|| Policy::parse(black_box(text.as_bytes()), Format::Json, true).is_ok());
    });
    group.finish();
}

criterion_group!(benches, evaluate_by_name, ramp_hash, parse);
criterion_main!(benches);
