"""Wrong values: where they stand, and what the report must say of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.unit.policy_faults.documents import Moment, Raw

BOT = "toggles.billing-bot"
RAMP = f"{BOT}.rules[1].ramp"
STEPS = f"{RAMP}.steps"
CHAT = "toggles.chat"
HOURS = f"{CHAT}.schedule"


class Wrong(NamedTuple):
    """A value put at a path of the sound document, and the one fault that comes of it."""

    path: str
    value: Any
    kind: str
    message: str
    hint: str
    place: str = ""
    """The path of the fault when it is another one; `+` stands for the path, `-` for the table around it."""
    more: bool = False
    """Whether other keys speak of the value, so that there are faults besides."""


WRONG_VALUES = [
    # The head.
    Wrong("turnout", 2, "shape", "a version of the format", "write 1"),
    Wrong("turnout", 0, "shape", "a version of the format", "write 1"),
    Wrong("environment", "", "shape", "`environment` is empty", "write something"),
    Wrong("environment", "  ", "shape", "`environment` is empty", "write something"),
    # The record of a change.
    Wrong("change.operator", " ", "shape", "`operator` is empty", "write something"),
    Wrong("change.previous", "0123abcd", "shape", "`0123abcd` is no digest", "64 hexadecimal digits"),
    Wrong("change.previous", "0123456789ABCDEF" * 4, "shape", "is no digest", "in lower case"),
    Wrong("change.previous", "0123456789abcdeg" * 4, "shape", "is no digest", "64 hexadecimal digits"),
    Wrong("change.at", "2026-02-27", "shape", "2026-02-27", "2026"),
    # Dates.
    Wrong(f"{CHAT}.created", "2026-02-30", "shape", '"2026-02-30" is not a day', "the day"),
    Wrong(f"{CHAT}.created", "yesterday", "shape", '"yesterday"', "2026"),
    Wrong(f"{CHAT}.created", Moment("2026-01-10T00:00:00Z"), "shape", "2026-01-10T00:00:00Z", "2026"),
    Wrong(f"{CHAT}.created", "10.01.2026", "shape", "10.01.2026", "2026"),
    Wrong(f"{CHAT}.review_by", Moment("2026-01-10"), "shape", "not after `created`", "after 2026-01-10"),
    Wrong(f"{CHAT}.review_by", Moment("2025-01-10"), "shape", "not after `created`", "after 2026-01-10"),
    Wrong("calendars.desk.dates[1]", "2026-13-01", "shape", '"2026-13-01" is not a day', "the month"),
    Wrong("calendars.desk.dates[1]", "christmas", "shape", "christmas", "2026"),
    # Governance.
    Wrong(f"{CHAT}.category", "chanel", "shape", "`chanel`", "did you mean `channel`?"),
    Wrong(f"{CHAT}.category", "product", "shape", "`product`", "automation, capacity, channel"),
    Wrong(f"{CHAT}.rollback.to", "of", "reference", "`of`", "did you mean `off`?"),
    Wrong(f"{CHAT}.rollback.to", "somewhere", "reference", "`somewhere`", "off, previous_step"),
    Wrong(f"{BOT}.rollback.to", "robot", "reference", "`robot`", "bot, human, off, previous_step, scripted"),
    Wrong(f"{BOT}.rollback.to", "scriptd", "reference", "`scriptd`", "did you mean `scripted`?"),
    Wrong(f"{CHAT}.monitors", [], "governance", "no monitor", "at least one KPI"),
    Wrong(f"{CHAT}.monitors[0].scale", [5, 1], "shape", "not a scale", "[1, 5]"),
    Wrong(f"{CHAT}.monitors[0].scale", [1, 1], "shape", "not a scale", "[1, 5]"),
    Wrong(f"{CHAT}.monitors[0].scale", [1], "shape", "not a scale", "[1, 5]"),
    Wrong(f"{CHAT}.monitors[0].scale", [1, 2, 3], "shape", "not a scale", "[1, 5]"),
    Wrong(f"{BOT}.risk", "lo", "shape", "`lo`", "did you mean `low`?"),
    Wrong(f"{BOT}.risk", "extreme", "shape", "`extreme`", "high, low, medium"),
    Wrong(f"{BOT}.consent[0]", "", "shape", "empty", "remove"),
    Wrong("toggles.overtime.approvals", [], "governance", "no approval", "at least one id"),
    Wrong("toggles.overtime.trigger", "workload > 5", "shape", "unknown trigger", "workload > available"),
    Wrong("toggles.overtime.risk", "low", "shape", "`risk` belongs to automation", '"automation" as `category`'),
    Wrong(f"{CHAT}.model_version", "1", "shape", "`model_version` belongs to automation", '"automation" as `category`'),
    Wrong(
        f"{CHAT}.trigger", "workload > available", "shape", "`trigger` belongs to capacity", '"capacity" as `category`'
    ),
    Wrong(f"{BOT}.approvals", ["HR-1"], "shape", "`approvals` belongs to capacity", '"capacity" as `category`'),
    # Names.
    Wrong("segments.business.rules[1].segment", "pilott", "reference", "`pilott`", "did you mean `pilot`?"),
    Wrong("segments.business.rules[1].segment", "nobody", "reference", "`nobody`", "business, pilot"),
    Wrong(f"{BOT}.rules[0].when.segment", "busines", "reference", "`busines`", "did you mean `business`?"),
    Wrong(f"{BOT}.requires.chatt", True, "reference", "`chatt`", "did you mean `chat`?"),
    Wrong(f"{BOT}.requires.nothing", True, "reference", "`nothing`", "billing-bot, chat, overtime"),
    Wrong(f"{BOT}.requires.chat", "short", "reference", "unknown variant `short`", "has no variants: write true"),
    Wrong(
        "toggles.overtime.requires",
        {"billing-bot": "bott"},
        "reference",
        "`bott`",
        "did you mean `bot`?",
        "+.billing-bot",
    ),
    Wrong(f"{BOT}.rules[0].serve", "humann", "reference", "`humann`", "did you mean `human`?"),
    Wrong(f"{BOT}.rules[0].serve", "nobody", "reference", "`nobody`", "bot, human, scripted"),
    Wrong(f"{CHAT}.rules", [{"id": "r", "serve": "chat"}], "reference", "`chat`", "has no variants", "+[0].serve"),
    Wrong(f"{BOT}.overrides[0].serve", "bots", "reference", "`bots`", "did you mean `bot`?"),
    Wrong(f"{BOT}.overrides[0].units", ["a", "b", "a"], "shape", "`a`", "keep one", "+[2]"),
    Wrong(f"{BOT}.overrides[0].units", [42, "42"], "shape", "`42`", "keep one", "+[1]"),
    Wrong(f"{BOT}.overrides[0].units", [""], "shape", "unit", "unit", "+[0]"),
    Wrong(f"{BOT}.overrides[0].units", [1.5], "shape", "a number where", "a whole number", "+[0]"),
    Wrong(f"{BOT}.rules[1].id", "vip", "shape", "`vip` is already", "its own id"),
    Wrong(f"{BOT}.rules[1].id", "", "shape", "empty", "write something"),
    # Variants.
    Wrong(f"{BOT}.variants", {"bot": 0, "scripted": 0}, "shape", "add up to 0", "1 to 2^32"),
    Wrong(f"{BOT}.variants", {"bot": 2**32, "scripted": 1}, "shape", "add up to 4294967297", "1 to 2^32"),
    Wrong(f"{BOT}.variants.bot", -1, "shape", "a whole number where a weight", "0 to 2^32"),
    Wrong(f"{BOT}.variants.bot", 0.5, "shape", "a number where a weight", "0 to 2^32"),
    Wrong(f"{BOT}.variants.bot", 2**40, "shape", "a whole number where a weight", "0 to 2^32"),
    Wrong(f"{CHAT}.default", "human", "shape", "without variants", "leave it out"),
    Wrong(f"{CHAT}.default", True, "shape", "without variants", "leave it out"),
    Wrong(f"{BOT}.default", "", "shape", "empty", "write something", more=True),
    # Schedules.
    Wrong(f"{HOURS}.zone", "America/New_Yrok", "reference", "America/New_Yrok", "did you mean America/New_York?"),
    Wrong(f"{HOURS}.zone", "america/new_york", "reference", "america/new_york", "America/New_York"),
    Wrong(f"{HOURS}.zone", "Mars/Base", "reference", "Mars/Base", "America/New_York"),
    Wrong(f"{HOURS}.open", "mon-fri 8-20", "shape", "mon-fri 8-20", "mon-fri 08:00-20:00"),
    Wrong(f"{HOURS}.open", ["daily 00:00-24:00", "tusday 08:00-09:00"], "shape", "tusday", "tue", "+[1]"),
    Wrong(f"{HOURS}.open", "08:00-20:00", "shape", "which days", "days first"),
    Wrong(f"{HOURS}.open", "mon 08:00-08:00", "shape", "same time", "00:00-24:00"),
    Wrong(f"{HOURS}.closed_on", "us-holiday", "reference", "`us-holiday`", "did you mean `us-holidays`?"),
    Wrong(f"{HOURS}.closed_on", ["desk", "dest"], "reference", "`dest`", "did you mean `desk`?", "+[1]"),
    Wrong(f"{HOURS}.closed_on", ["2026-02-30"], "reference", "2026-02-30", "the month or the day", "+[0]"),
    Wrong(
        f"{HOURS}.closed_on", ["desk", "25.12.2026"], "reference", "25.12.2026", "month and day, such as 2026-", "+[1]"
    ),
    Wrong(f"{HOURS}.closed_on", "Dec 25", "reference", "`Dec 25`", "a date is written 2026-12-25"),
    Wrong("calendars.desk.dates", ["12/25/2026"], "shape", "12/25/2026", "month and day, such as 2026-", "+[0]"),
    Wrong(f"{HOURS}.from", Moment("2026-01-01"), "shape", "no time of day", "2026-03-01T00:00:00Z"),
    Wrong(f"{HOURS}.from", Moment("2026-01-01T00:00:00"), "shape", "no offset from UTC", "add Z"),
    Wrong(f"{HOURS}.until", Moment("2026-01-01T00:00:00Z"), "shape", "ends before it starts", "after from"),
    Wrong(f"{HOURS}.until", "soon", "shape", '"soon" is not an instant', "2026-03-01T00:00:00Z"),
    # Ramps.
    Wrong(f"{RAMP}.algorithm", "xxh3/2", "reference", "`xxh3/2`", "did you mean `xxh3/1`?"),
    Wrong(f"{RAMP}.algorithm", "murmur3", "reference", "`murmur3`", "xxh3/1"),
    Wrong(f"{RAMP}.unit", "", "shape", "empty", "write something"),
    Wrong(f"{RAMP}.salt", "", "shape", "empty", "write something"),
    Wrong(f"{RAMP}.started_at", "2026-03-01T25:00:00Z", "shape", "not a time of day", "00 to 23"),
    Wrong(f"{RAMP}.started_at", Moment("2026-03-01"), "shape", "no time of day", "2026-03-01T00:00:00Z"),
    Wrong(f"{RAMP}.started_at", "2016-12-31T23:59:60Z", "shape", "leap second", ":59"),
    Wrong(f"{RAMP}.started_at", "2026-03-01T00:00:00+99:00", "shape", "offset", "-05:00"),
    Wrong(f"{STEPS}[1].percent", 101, "shape", "101 is above 100", "0 to 100"),
    Wrong(f"{STEPS}[1].percent", 100.00001, "shape", "100.00001 is above 100", "0 to 100"),
    Wrong(f"{STEPS}[1].percent", -1, "shape", "-1 is below 0", "0 to 100"),
    Wrong(f"{STEPS}[1].percent", 5.333333, "shape", "five decimal places", "0.00001"),
    Wrong(f"{STEPS}[1].percent", "10", "shape", "text where a number", "a number"),
    Wrong(f"{STEPS}[1].percent", True, "shape", "true or false where a number", "a number"),
    Wrong(f"{STEPS}[2].percent", 5, "shape", "5 % after 10 %", "only widens"),
    Wrong(f"{STEPS}[3].percent", 30, "shape", "30 % after 30.5 %", "only widens"),
    Wrong(f"{STEPS}[0].mode", "dark", "shape", "`dark`", "live, shadow"),
    Wrong(f"{STEPS}[0].mode", "shadwo", "shape", "`shadwo`", "did you mean `shadow`?"),
    Wrong(f"{STEPS}[2].mode", "shadow", "shape", "shadow", "", f"{STEPS}[2].mode"),
    Wrong(f"{STEPS}[1].hold", "2 days", "shape", '"2 days" is not a duration', "7d"),
    Wrong(f"{STEPS}[1].hold", "0d", "shape", "zero", "above zero"),
    Wrong(f"{STEPS}[1].hold", "12h1d", "shape", "out of order", "1d12h"),
    Wrong(f"{STEPS}[1].hold", "99999999999w", "shape", "too long", "shorter"),
    Wrong(f"{STEPS}[1].hold", "P7D", "shape", "P7D", "7d"),
    Wrong(f"{STEPS}[0].max", "6d", "shape", "`max` is shorter than `hold`", "at least as long"),
    Wrong(f"{STEPS}[0].min_n", 0, "shape", "0 is out of range", "from 1"),
    Wrong(f"{STEPS}[0].min_n", -5, "shape", "-5 is out of range", "from 1"),
    Wrong(f"{STEPS}[0].min_n", 1.5, "shape", "a number where a whole number", "a whole number"),
    Wrong(f"{STEPS}[2].approval", "", "shape", "empty", "write something", more=True),
    Wrong(STEPS, [], "shape", "0 steps", "1 to 100"),
    Wrong(f"{RAMP}.approvals[0].role", "opslead", "reference", "`opslead`", "waits for `ops_lead`"),
    Wrong(f"{RAMP}.approvals[0].step", 1, "reference", "`ops_lead`", "step 1 waits for no approval", "-.role"),
    Wrong(f"{RAMP}.approvals[0].step", 4, "shape", "4 is out of range", "from 0 to 3"),
    Wrong(f"{RAMP}.approvals[0].step", -1, "shape", "-1 is out of range", "from 0 to 3"),
    Wrong(f"{RAMP}.approvals[0].at", "tomorrow", "shape", "tomorrow", "2026-03-01T00:00:00Z"),
    Wrong(
        f"{RAMP}.pauses[0].to",
        Moment("2026-03-12T00:00:00Z"),
        "shape",
        "ends before it begins",
        "later",
        f"{RAMP}.pauses[0]",
    ),
    Wrong(
        f"{RAMP}.pauses[0].to",
        Moment("2026-03-13T00:00:00Z"),
        "shape",
        "ends before it begins",
        "later",
        f"{RAMP}.pauses[0]",
    ),
    # Numbers that no two programs read alike.
    Wrong(f"{CHAT}.monitors[0].worse_than", Raw("9007199254740992"), "limit", "9007199254740991", "as text"),
    Wrong(f"{CHAT}.monitors[0].worse_than", Raw("-9007199254740992"), "limit", "9007199254740991", "as text"),
    Wrong(f"{CHAT}.monitors[0].worse_than", Raw("9223372036854775808"), "limit", "9007199254740991", "as text"),
    Wrong(f"{CHAT}.monitors[0].worse_than", Raw("1e400"), "limit", "9007199254740991", "as text"),
    Wrong(f"{CHAT}.monitors[0].worse_than", Raw("9" * 5000), "limit", "9007199254740991", "as text"),
]
