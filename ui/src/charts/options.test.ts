import { expect, it } from "vitest";
import { lonely } from "./options";

it("finds values between gaps", () => {
  expect(lonely([1, null, 2, null, 3, 4])).toEqual([0, 2]);
  expect(lonely([null, 5])).toEqual([1]);
  expect(lonely([1, 2])).toEqual([]);
});
