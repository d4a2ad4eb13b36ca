import { expect, it } from "vitest";
import type { BudgetAccount, CostForecast, CostSummary } from "@/api/costs";
import { amount, errorWords, levelOf, sentence, unpricedOf, untilWords, whose } from "./words";

const group = (model_id: string | null, requests: number, cost_usd: number | null) => ({
  key: { model_id },
  requests,
  cost_usd,
  input_tokens: 10,
  output_tokens: null,
});

it("lists the models without a price, and counts what else has none", () => {
  const summary = {
    unpriced_requests: 9,
    groups: [group("gpt-4o", 20, 1.5), group("house", 5, null), group(null, 2, null)],
  } as unknown as CostSummary;
  const { models, elsewhere } = unpricedOf(summary);
  expect(models.map(({ model, calls }) => [model, calls])).toEqual([
    ["house", 5],
    [null, 2],
  ]);
  expect(elsewhere).toBe(2);
});

it("says amounts in the unit of the budget", () => {
  expect(amount(0.15, "usd")).toBe("$0.15");
  expect(amount(5_000_000, "tokens")).toBe("5M tokens");
  expect(amount(1, "calls")).toBe("1 call");
});

it("says how far a budget is used up, whose it is, and what its window does", () => {
  expect([0.5, 0.8, 1].map(levelOf)).toEqual(["good", "warn", "bad"]);
  const budget = { window: "month", share: 1.2, by: ["user"], key: "ann" } as unknown as BudgetAccount;
  expect(untilWords(budget)).toBe("opens again");
  expect(untilWords({ ...budget, share: 0.2 })).toBe("begins anew");
  expect(untilWords({ ...budget, window: "rolling 24h" })).toBe("free of it all by");
  expect(whose(budget)).toBe("user ann");
  expect(whose({ ...budget, by: [], key: "" })).toBe("all calls");
});

it("says of a forecast's error what was measured", () => {
  const backtest = { origins: 12, horizon: 24, mae_usd: 0.18, mape: 0.2, total_error: 0.07, method: "level" };
  const forecast = { missing_days: 3, backtest: { ...backtest, coverage_80: null } };
  expect(errorWords(forecast as unknown as CostForecast)).toBe(
    "Tested on held-back history, 12 times 24 days: a day was off by $0.18 (20%), the sum of all days by 7%. " +
      "Method: level. 3 days have no recording.",
  );
});

it("makes sentences", () => expect(sentence("a forecast needs 14 days")).toBe("A forecast needs 14 days."));
