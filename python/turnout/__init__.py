"""turnout: the routing core that customer-support teams import.

A policy file says which capabilities are on, for whom, and on which schedule; an engine answers for every contact, and
says why.

Examples
--------
>>> import datetime, turnout
>>> policy = turnout.load_policy(turnout.sample_policy_path())
>>> clock = turnout.ManualClock(datetime.datetime(2026, 3, 30, 15, tzinfo=datetime.UTC))
>>> engine = turnout.Engine(policy, clock=clock)
>>> engine.is_enabled("phone")
True
"""

from __future__ import annotations

# `typing` and `importlib` are not imported here: `import turnout` is to cost next to nothing.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from turnout._core import (
        Context,
        Engine,
        Evaluation,
        EvaluationBatch,
        Evaluations,
        Explanation,
        ExplanationStep,
        GateResult,
        ManualClock,
        Policy,
        RampPosition,
        SystemClock,
        Toggle,
        bucket,
        hash_units,
    )
    from turnout.agreement import shadow_agreement
    from turnout.compare import ValueChange
    from turnout.contacts import check_contacts, load_bank_log, load_contacts
    from turnout.diff import DecisionChange, PolicyDiff, diff_policies
    from turnout.errors import ContactLogError, PolicyError, Problem, TurnoutError
    from turnout.exposures import ExposureCounts, ExposureLog
    from turnout.intervals import staff_intervals
    from turnout.models import (
        ModelResult,
        capacity_triggers,
        carried_metrics,
        carried_required_agents,
        chat_metrics,
        chat_required_agents,
        coverage,
        deadline_agents,
        deadline_completion,
        forecast_metrics,
        forecast_required_agents,
        interval_loads,
        interval_metrics,
        interval_required_agents,
        retrial_metrics,
        retrial_required_agents,
        workload_fte,
    )
    from turnout.policy import load_policy, policy_schema, sample_policy_path
    from turnout.refresh import PolicyWatch, RefreshStatus
    from turnout.sinks import load_exposures
    from turnout.staffing import (
        RequiredAgents,
        ServiceMetrics,
        SquareRootStaffing,
        combine_shrinkage,
        erlang_a,
        erlang_b,
        erlang_c,
        erlang_wait_quantile,
        required_agents,
        service_metrics,
        square_root_staffing,
    )
    from turnout.stale import StaleReason, StaleToggle, stale_toggles
    from turnout.usage import ToggleUsage, load_usage, save_usage
    from turnout.wait import answer_probability, expected_wait, score_queues, wait_quantile, wait_variance

__version__ = "0.1.0"

# Where each public name lives. They load when they are first used, so that `import turnout` costs next to nothing.
_HOMES = {
    "turnout._core": (
        "Context",
        "Engine",
        "Evaluation",
        "EvaluationBatch",
        "Evaluations",
        "Explanation",
        "ExplanationStep",
        "GateResult",
        "ManualClock",
        "Policy",
        "RampPosition",
        "SystemClock",
        "Toggle",
        "bucket",
        "hash_units",
    ),
    "turnout.agreement": ("shadow_agreement",),
    "turnout.compare": ("ValueChange",),
    "turnout.contacts": ("check_contacts", "load_bank_log", "load_contacts"),
    "turnout.diff": ("DecisionChange", "PolicyDiff", "diff_policies"),
    "turnout.errors": ("ContactLogError", "PolicyError", "Problem", "TurnoutError"),
    "turnout.exposures": ("ExposureCounts", "ExposureLog"),
    "turnout.intervals": ("staff_intervals",),
    "turnout.models": (
        "ModelResult",
        "capacity_triggers",
        "carried_metrics",
        "carried_required_agents",
        "chat_metrics",
        "chat_required_agents",
        "coverage",
        "deadline_agents",
        "deadline_completion",
        "forecast_metrics",
        "forecast_required_agents",
        "interval_loads",
        "interval_metrics",
        "interval_required_agents",
        "retrial_metrics",
        "retrial_required_agents",
        "workload_fte",
    ),
    "turnout.policy": ("load_policy", "policy_schema", "sample_policy_path"),
    "turnout.refresh": ("PolicyWatch", "RefreshStatus"),
    "turnout.sinks": ("load_exposures",),
    "turnout.staffing": (
        "RequiredAgents",
        "ServiceMetrics",
        "SquareRootStaffing",
        "combine_shrinkage",
        "erlang_a",
        "erlang_b",
        "erlang_c",
        "erlang_wait_quantile",
        "required_agents",
        "service_metrics",
        "square_root_staffing",
    ),
    "turnout.stale": ("StaleReason", "StaleToggle", "stale_toggles"),
    "turnout.usage": ("ToggleUsage", "load_usage", "save_usage"),
    "turnout.wait": ("answer_probability", "expected_wait", "score_queues", "wait_quantile", "wait_variance"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ContactLogError",
    "Context",
    "DecisionChange",
    "Engine",
    "Evaluation",
    "EvaluationBatch",
    "Evaluations",
    "Explanation",
    "ExplanationStep",
    "ExposureCounts",
    "ExposureLog",
    "GateResult",
    "ManualClock",
    "ModelResult",
    "Policy",
    "PolicyDiff",
    "PolicyError",
    "PolicyWatch",
    "Problem",
    "RampPosition",
    "RefreshStatus",
    "RequiredAgents",
    "ServiceMetrics",
    "SquareRootStaffing",
    "StaleReason",
    "StaleToggle",
    "SystemClock",
    "Toggle",
    "ToggleUsage",
    "TurnoutError",
    "ValueChange",
    "answer_probability",
    "bucket",
    "capacity_triggers",
    "carried_metrics",
    "carried_required_agents",
    "chat_metrics",
    "chat_required_agents",
    "check_contacts",
    "combine_shrinkage",
    "coverage",
    "deadline_agents",
    "deadline_completion",
    "diff_policies",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "erlang_wait_quantile",
    "expected_wait",
    "forecast_metrics",
    "forecast_required_agents",
    "hash_units",
    "interval_loads",
    "interval_metrics",
    "interval_required_agents",
    "load_bank_log",
    "load_contacts",
    "load_exposures",
    "load_policy",
    "load_usage",
    "policy_schema",
    "required_agents",
    "retrial_metrics",
    "retrial_required_agents",
    "sample_policy_path",
    "save_usage",
    "score_queues",
    "service_metrics",
    "shadow_agreement",
    "square_root_staffing",
    "staff_intervals",
    "stale_toggles",
    "wait_quantile",
    "wait_variance",
    "workload_fte",
]


if not TYPE_CHECKING:  # a misspelt name is a fault to type checkers

    def __getattr__(name):
        home = _HOME.get(name)
        if home is None:
            raise AttributeError(f"module 'turnout' has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(home), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
