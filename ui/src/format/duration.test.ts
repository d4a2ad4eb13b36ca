import { expect, it } from "vitest";
import { duration, durationNs } from "./duration";

it.each([
  [null, "–"],
  [0, "0 ms"],
  [0.00042, "420 ns"],
  [0.0123, "12.3 µs"],
  [45, "45 ms"],
  [999.7, "1 s"],
  [1234, "1.23 s"],
  [59_960, "1m"],
  [125_000, "2m 05s"],
  [3_600_000, "1h"],
  [11_520_000, "3h 12m"],
  [367_200_000, "4d 06h"],
  [-45, "−45 ms"],
])("duration(%s) is %s", (ms, text) => expect(duration(ms)).toBe(text));

it("takes nanoseconds", () => expect(durationNs(1_500_000)).toBe("1.5 ms"));
