"""Open311 GeoReport v2, for reading: published results as service requests, for programs that know
that form (https://wiki.open311.org/GeoReport_v2/). What is on the boards, nothing else."""
