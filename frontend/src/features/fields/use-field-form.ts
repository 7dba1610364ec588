import { useState } from "react";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { useMessage } from "@/kit/use-message";
import { changesOf, type Definition, type Draft, draftOf, emptyDraft, type FieldsOf } from "./definition";
import { ifVersion, pathOf, useRefresh } from "./queries";

export type FieldForm = {
  draft: Draft;
  errors: Record<string, string>;
  busy: boolean;
  dirty: boolean;
  set: (change: Partial<Draft>) => void;
  save: () => Promise<void>;
};

/** A field being added or changed: what was typed, and what the server said to it beside the setting it is about. */
export function useFieldForm(of: FieldsOf, definition: Definition | null, onSaved: () => void): FieldForm {
  const t = useT("fields");
  const message = useMessage();
  const refresh = useRefresh(of.object);
  // What the form began with stays its base: a refetch beneath must not change what "changed" means.
  const [start] = useState(() => (definition ? draftOf(definition) : null));
  const [version] = useState(definition?.version ?? 0);
  const [draft, setDraft] = useState<Draft>(
    () => start ?? emptyDraft("text", of.sections[0]?.key ?? "basic"),
  );
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const changes = changesOf(draft, start);

  async function save() {
    if (!draft.label_zh.trim()) return setErrors({ label_zh: t("label_needed") });
    setBusy(true);
    try {
      if (definition) await api.patch(pathOf(definition), changes, ifVersion(version));
      else await api.post(`/admin/fields/${of.object}`, changes);
      message.success(t(definition ? "saved" : "added", { label: draft.label_zh }));
      await refresh();
      onSaved();
    } catch (error) {
      const told = error instanceof ApiError ? error.errors : [];
      // "choices.2.label_zh" is told beside the choices.
      setErrors(Object.fromEntries(told.map((one) => [(one.field ?? "").split(".")[0] ?? "", one.message])));
      if (told.length === 0) message.error(error);
    }
    setBusy(false);
  }
  return {
    draft,
    errors,
    busy,
    dirty: Object.keys(changes).length > 0,
    set: (change) => {
      setDraft((old) => ({ ...old, ...change }));
      setErrors((old) =>
        Object.fromEntries(Object.entries(old).filter(([name]) => name !== "" && !(name in change))),
      );
    },
    save,
  };
}
