"""Queues beyond Erlang's, and the arithmetic of work and people.

The core works them out; here stand the names, their types and what they mean.
"""

from turnout.models.carried import carried_metrics, carried_required_agents
from turnout.models.chats import chat_metrics, chat_required_agents
from turnout.models.deadlines import deadline_agents, deadline_completion
from turnout.models.forecasts import forecast_metrics, forecast_required_agents
from turnout.models.intervals import interval_loads, interval_metrics, interval_required_agents
from turnout.models.plain import capacity_triggers, coverage, workload_fte
from turnout.models.results import (
    CapacityTriggers,
    CarriedAgents,
    CarriedMetrics,
    ChatMetrics,
    Coverage,
    DeadlineAgents,
    DeadlineCompletion,
    ForecastMetrics,
    IntervalLoads,
    ModelAgents,
    ModelResult,
    QueueMetrics,
    RetrialMetrics,
)
from turnout.models.retrials import retrial_metrics, retrial_required_agents

__all__ = [
    "CapacityTriggers",
    "CarriedAgents",
    "CarriedMetrics",
    "ChatMetrics",
    "Coverage",
    "DeadlineAgents",
    "DeadlineCompletion",
    "ForecastMetrics",
    "IntervalLoads",
    "ModelAgents",
    "ModelResult",
    "QueueMetrics",
    "RetrialMetrics",
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
]
