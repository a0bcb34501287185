package scan

// gates lists what a scan asks, in the report's order. One file a gate adapts its checker.
var gates = []gate{}
