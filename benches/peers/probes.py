"""Short lives, run as processes of their own: `python -P probes.py KIND PACKAGE PATH` prints one JSON number.

Seconds are processor time of the process, as everywhere in the table. Imports only what a probe needs, inside the
probe: what is imported here would be missing from what is measured.
"""

# ruff: noqa: PTH123  pathlib would be imported before the clock starts
import sys
import time

KEYS_FILE_SUFFIX = ".keys"


def eppo_client_of(data):
    import eppo_client
    from eppo_client._eppo_client import AssignmentLogger, ClientConfig, Configuration

    return eppo_client.init(
        ClientConfig(
            api_key="local",
            base_url="http://127.0.0.1:9/api",
            assignment_logger=AssignmentLogger(),
            poll_interval_seconds=None,
            initial_configuration=Configuration(flags_configuration=data),
        )
    )


def turnout_call(data):
    import turnout

    policy = turnout.Policy.from_bytes(data, format="json")
    return turnout.Engine(policy, clock=turnout.SystemClock()).is_enabled


def eppo_call(data):
    call = eppo_client_of(data).get_boolean_assignment
    return lambda key, unit, attributes: call(key, unit, attributes, False)


def growthbook_call(data):
    import json

    from growthbook import GrowthBook

    made = GrowthBook(features=json.loads(data)["features"], enabled=True)

    def call(key, unit, attributes):
        made.set_attributes({**attributes, "id": unit})
        return made.is_on(key)

    return call


CALLS = {"turnout": turnout_call, "eppo": eppo_call, "growthbook": growthbook_call}
MODULES = {"turnout": "turnout", "eppo": "eppo_client", "growthbook": "growthbook"}
ATTRIBUTES = {"plan": "pro", "country": "US", "age": 40, "app_version": "5.3.1", "tier": "gold"}


def read(path):
    with open(path, "rb") as file:
        return file.read()


def keys_of(path):
    return read(path + KEYS_FILE_SUFFIX).decode().split("\n")


def load(package, path):
    """Seconds from the file on disk to the first evaluation of every toggle; imports are done before."""
    if package == "orjson":
        import orjson

        started = time.process_time()
        orjson.loads(read(path))
        return time.process_time() - started
    keys = keys_of(path)
    __import__(MODULES[package])
    if package == "turnout":
        import turnout

        _ = turnout.Policy, turnout.Engine, turnout.SystemClock
    started = time.process_time()
    call = CALLS[package](read(path))
    on = sum(call(key, "c-0000042", ATTRIBUTES) for key in keys)
    took = time.process_time() - started
    assert 0 < on < len(keys), on
    return took


def first(package, path):
    """Seconds from a bare interpreter to the first answer: import, read, load, evaluate."""
    started = time.process_time()
    answer = CALLS[package](read(path))("billing-bot", "c-0000042", ATTRIBUTES)
    took = time.process_time() - started
    assert answer in (True, False)
    return took


def imported(package, _path):
    started = time.process_time()
    __import__(MODULES[package])
    return time.process_time() - started


def resident():
    """Bytes of resident memory after everything free was given back to the system."""
    import ctypes
    import gc
    import os

    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def held(package, data):
    """The package's long-lived object for this document, and nothing else."""
    if package == "growthbook":
        import json

        from growthbook import GrowthBook

        return GrowthBook(features=json.loads(data)["features"], enabled=True)
    if package == "eppo":
        return eppo_client_of(data)
    import turnout

    return turnout.Engine(turnout.Policy.from_bytes(data, format="json"), clock=turnout.SystemClock())


def traffic(package, kept):
    """A second or two of calls: allocators give memory back when a process goes on working, not at once."""
    for _ in range(8):
        time.sleep(0.2)
        for number in range(500):
            unit = f"c-{number:07d}"
            if package == "turnout":
                kept.evaluate("billing-bot", unit, ATTRIBUTES)
                kept.explain("billing-bot", unit, ATTRIBUTES)
            elif package == "eppo":
                kept.get_boolean_assignment("billing-bot", unit, ATTRIBUTES, False)
            else:
                kept.set_attributes({**ATTRIBUTES, "id": unit})
                kept.is_on("billing-bot")


def memory(package, path):
    """Bytes a toggle that loading adds; a small policy is loaded first so that code and tables are not counted."""
    small = path.replace("-10000.json", "-200.json")
    warm = held(package, read(small))
    keys = keys_of(path)
    traffic(package, warm)
    before = resident()
    kept = held(package, read(path))
    traffic(package, kept)
    after = resident()
    if package == "turnout":  # the document survives: it can still be read, all of it
        assert len(kept.policy.document["toggles"]) == len(keys)
    del warm
    return (after - before) / len(keys)


if __name__ == "__main__":
    kind, package, path = sys.argv[1:]
    print({"load": load, "first": first, "import": imported, "memory": memory}[kind](package, path))
