/** A text cell that a spreadsheet would run as a formula gets a quote before it. */
function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Saves rows as a CSV file that Excel opens with the right characters. */
export function saveCsv(name: string, rows: string[][]): void {
  const text = `\uFEFF${rows.map((row) => row.map(cell).join(",")).join("\r\n")}`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
