"""turnout beside other packages on one workload: `python -m benches.peers`."""
