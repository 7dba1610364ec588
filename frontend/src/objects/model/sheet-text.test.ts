import { describe, expect, it } from "vitest";
import { parseTable, toCsv, tsvToCsvFile } from "./sheet-text";

describe("parseTable", () => {
  it("reads what Excel puts on the clipboard", () => {
    expect(parseTable('名称\t备注\r\n甲\t"第一行\n第二行"\r\n乙\t"他说""好"""\r\n')).toEqual([
      ["名称", "备注"],
      ["甲", "第一行\n第二行"],
      ["乙", '他说"好"'],
    ]);
  });
  it("keeps empty cells and drops empty rows", () => {
    expect(parseTable("a\t\tc\n\t\t\n\nx\ty\t")).toEqual([
      ["a", "", "c"],
      ["x", "y", ""],
    ]);
  });
  it("leaves a quote in the middle of a cell alone", () => {
    expect(parseTable('5" 管\t1')).toEqual([['5" 管', "1"]]);
  });
});

describe("toCsv", () => {
  it("begins with the mark Excel needs and quotes what must be", () => {
    expect(toCsv([["甲,乙", 'a"b', "c"]])).toBe('\uFEFF"甲,乙","a""b",c\r\n');
  });
  it.each(["=1+1", "+SUM(A1)", "-cmd", "@x", "\tx"])("keeps %j from being run as a formula", (cell) => {
    expect(toCsv([[cell]])).toContain("'");
  });
  it.each(["-12.5", "+3", "-3%"])("leaves the number %s a number", (cell) => {
    expect(toCsv([[cell]])).toBe(`\uFEFF${cell}\r\n`);
  });
});

it("turns pasted cells into a file that reads back the same", async () => {
  const file = tsvToCsvFile('名称\t备注\n甲\t"a,b\nc"', "x.csv");
  const text = (await file.text()).replace("\uFEFF", "");
  expect(parseTable(text, ",")).toEqual([
    ["名称", "备注"],
    ["甲", "a,b\nc"],
  ]);
});
