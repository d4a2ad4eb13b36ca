import { expect, test } from "vitest";
import { placeOfError, shortMessage } from "./problem";

const at = (sql: string, message: string, details = {}) => {
  const place = placeOfError(sql, message, details);
  return place && sql.slice(place.from, place.to);
};

test("DuckDB's caret is found in the line it names", () => {
  const message =
    'Parser Error: syntax error at or near "from"\n\nLINE 2: select count(* from spans\n                       ^^^^';
  expect(at("-- x\nselect count(* from spans", message)).toBe("from");
  expect(shortMessage(message)).toBe('Parser Error: syntax error at or near "from"');
});

test("an excerpt that begins in the middle of a line is found there", () => {
  const long = `select ${"a, ".repeat(60)}selec 1`;
  const excerpt = "LINE 1: ...a, a, selec 1";
  const message = `Parser Error: …\n\n${excerpt}\n${" ".repeat(excerpt.indexOf("selec"))}^^^^^`;
  expect(at(long, message)).toBe("selec");
});

test("without a caret the name complained about is marked", () => {
  expect(
    at("select modl_id from spans", 'Binder Error: Referenced column "modl_id" not found in FROM clause!'),
  ).toBe("modl_id");
  expect(
    at("select s.inp from spans s", 'Binder Error: Values list "s" does not have a column named "inp"'),
  ).toBe("inp");
  expect(at("select 1 from spanz", "Catalog Error: Table with name spanz does not exist!")).toBe("spanz");
});

test("what the server says comes first", () => {
  expect(at("select modl from x", "no", { position: 7 })).toBe("modl");
  expect(at("select modl from x", "no", { start: 12, end: 18 })).toBe("from x");
});

test("an error that names no place has none", () => {
  expect(at("select 1", "The query took longer than 30 s.")).toBeNull();
  expect(at("select 1", "no", { position: 99 })).toBeNull();
});
