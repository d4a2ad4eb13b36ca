import { PostgreSQL, SQLDialect } from "@codemirror/lang-sql";
import { FUNCTIONS } from "./functions";

const KEYWORDS = `all and anti any as asc asof between by case cast columns cross current cube desc describe distinct
else end escape except exclude exists explain false fetch filter first following for from full glob group grouping
groups having ilike in inner intersect interval is isnull join lambda last lateral left like limit natural not notnull
null nulls offset on or order outer over partition pivot positional preceding qualify range recursive replace respect
right rollup row rows sample select semi sets similar summarize tablesample then ties to true try_cast unbounded union
unpivot using values when where window with within without`;

const TYPES = `bigint bit blob boolean bool date decimal double float hugeint int integer interval json list map real
smallint struct text time timestamp timestamp_ms timestamp_ns timestamp_s timestamptz tinyint ubigint uhugeint uinteger
usmallint utinyint uuid varchar`;

/** SQL as DuckDB speaks it. */
export const DuckDB = SQLDialect.define({
  ...PostgreSQL.spec,
  keywords: KEYWORDS.replaceAll("\n", " "),
  types: TYPES.replaceAll("\n", " "),
  builtin: FUNCTIONS.map((one) => one.name).join(" "),
  operatorChars: "+-*/<>=~!@#%^&|`?:",
  hashComments: false,
  slashComments: false,
  spaceAfterDashes: false,
  doubleDollarQuotedStrings: true,
  unquotedBitLiterals: false,
  treatBitsAsBytes: false,
  charSetCasts: false,
  plsqlQuotingMechanism: false,
  backslashEscapes: false,
  doubleQuotedStrings: false,
  identifierQuotes: '"',
  caseInsensitiveIdentifiers: true,
});
