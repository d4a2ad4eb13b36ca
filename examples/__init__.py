"""Programs that use PyFlare as a user would. Each runs offline; `make demo` runs the largest."""
