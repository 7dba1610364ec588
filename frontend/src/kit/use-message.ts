import { useMemo } from "react";
import { isWaiting } from "@/api/client";
import { useErrorText } from "./states";
import { showToast } from "./toasts";

export type Message = {
  success: (text: string) => void;
  info: (text: string) => void;
  /** A text, or what was caught: the server's own words are shown. */
  error: (error: unknown) => void;
  /** A bar that offers to take the change back, with the `undo` token of the answer. */
  undo: (text: string, token: string, onUndone?: () => void) => void;
  action: (text: string, label: string, run: () => void) => void;
};

export function useMessage(): Message {
  const errorText = useErrorText();
  // biome-ignore lint/correctness/useExhaustiveDependencies: errorText is new each time but says the same
  return useMemo(
    () => ({
      success: (text) => void showToast({ tone: "good", text }),
      info: (text) => void showToast({ tone: "info", text }),
      error: (error) =>
        void showToast({
          tone: isWaiting(error) ? "info" : "bad",
          text: typeof error === "string" ? error : errorText(error),
        }),
      undo: (text, token, onUndone) =>
        void showToast({ tone: "good", text, undo: token, ...(onUndone ? { onUndone } : {}) }),
      action: (text, label, run) => void showToast({ tone: "info", text, action: { label, run } }),
    }),
    [],
  );
}
