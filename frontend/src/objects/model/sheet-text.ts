/** Text tables: what Excel puts on the clipboard (TSV) comes in, CSV that Excel opens rightly goes out. */

/** Cells of a TSV or CSV text; quoted cells may hold separators, quotes and line ends. */
export function parseTable(text: string, separator = "\t"): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n");
  for (let i = 0; i < source.length; i += 1) {
    const char = source[i];
    if (quoted) {
      if (char !== '"') cell += char;
      else if (source[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === separator) {
      row.push(cell);
      cell = "";
    } else if (char === "\n") {
      row.push(cell);
      rows.push(row);
      row = [];
      cell = "";
    } else cell += char;
  }
  if (cell !== "" || row.length > 0) {
    row.push(cell);
    rows.push(row);
  }
  return rows.filter((cells) => cells.some((value) => value.trim() !== ""));
}

/** A cell that begins like a formula is opened as one by spreadsheet programs: an apostrophe keeps it text. */
function safeCell(value: string): string {
  const guarded = /^[=+\-@\t\r]/.test(value) && !/^[+-]?[\d.,]+%?$/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** With the byte order mark, without which Excel reads Chinese CSV as the local code page. */
export function toCsv(rows: string[][]): string {
  return `\uFEFF${rows.map((row) => row.map(safeCell).join(",")).join("\r\n")}\r\n`;
}

/** A pasted block becomes a CSV file as it was typed: no guarding, the server reads it as data. */
export function tsvToCsvFile(text: string, name: string): File {
  const body = parseTable(text)
    .map((row) =>
      row.map((cell) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(","),
    )
    .join("\r\n");
  return new File([`\uFEFF${body}\r\n`], name, { type: "text/csv" });
}

export function saveText(name: string, text: string, type = "text/csv;charset=utf-8"): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
