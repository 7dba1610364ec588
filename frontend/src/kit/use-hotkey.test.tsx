import { fireEvent, render } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { useHotkey } from "./use-hotkey";

function Page({ keys, run }: { keys: string; run: () => void }) {
  useHotkey(keys, run);
  return <input aria-label="field" />;
}

describe("keyboard shortcuts", () => {
  it("fire on the page, not while someone types", () => {
    const run = vi.fn();
    const { getByLabelText } = render(<Page keys="c" run={run} />);
    fireEvent.keyDown(document.body, { key: "c" });
    expect(run).toHaveBeenCalledTimes(1);
    fireEvent.keyDown(getByLabelText("field"), { key: "c" });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("leave the browser's own combinations alone", () => {
    const run = vi.fn();
    render(<Page keys="c" run={run} />);
    fireEvent.keyDown(document.body, { key: "c", ctrlKey: true });
    fireEvent.keyDown(document.body, { key: "c", altKey: true });
    expect(run).not.toHaveBeenCalled();
  });

  it("with Ctrl or Cmd work in fields too", () => {
    const run = vi.fn();
    const { getByLabelText } = render(<Page keys="mod+k" run={run} />);
    fireEvent.keyDown(getByLabelText("field"), { key: "k", metaKey: true });
    fireEvent.keyDown(getByLabelText("field"), { key: "K", ctrlKey: true });
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("know ? although it takes Shift", () => {
    const run = vi.fn();
    render(<Page keys="?" run={run} />);
    fireEvent.keyDown(document.body, { key: "?", shiftKey: true });
    expect(run).toHaveBeenCalledOnce();
  });
});
