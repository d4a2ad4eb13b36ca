export { duration, durationNs } from "./duration";
export { bytes, compact, cost, count, MISSING, percent, tokens } from "./numbers";
export { fullTime, relative, time, timeRange, toMillis, type Zone } from "./time";
