import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { SidePanel } from "@/kit/side-panel";
import { SkeletonCard } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { useMeta } from "../data/meta";
import { type Loaded, useRecord } from "../data/records";
import type { Written } from "../data/writes";
import { useFormat } from "../fields/use-format";
import { titleOf } from "../model/meta";
import { ObjectForm } from "./object-form";

type CreatePanelProps = {
  object: string;
  initial?: Record<string, unknown>;
  onCreated?: ((written: Written) => void) | undefined;
  onClose: () => void;
};

export function CreatePanel({ object, initial, onCreated, onClose }: CreatePanelProps) {
  const { t } = useFormat();
  const message = useMessage();
  const navigate = useNavigate();
  const [round, setRound] = useState(0);
  const { data: meta, error, refetch } = useMeta(object);
  const saved = (written: Written, again: boolean) => {
    const title = meta ? titleOf(meta, written.record) : "";
    message.action(
      t("form.created", { title }),
      t("form.open"),
      () => void navigate({ to: `/${object}/${written.record.id}` as string }),
    );
    onCreated?.(written);
    if (again) setRound((count) => count + 1);
    else onClose();
  };
  return (
    <SidePanel
      open
      onClose={onClose}
      title={meta ? t("list.create", { label: meta.label }) : t("form.create")}
      width={560}
    >
      {error ? <ErrorState compact error={error} onRetry={() => void refetch()} /> : null}
      {meta ? (
        <ObjectForm key={round} meta={meta} initial={initial} onSaved={saved} onCancel={onClose} />
      ) : error ? null : (
        <SkeletonCard />
      )}
    </SidePanel>
  );
}

type EditPanelProps = { object: string; id: string; onClose: () => void };

export function EditPanel({ object, id, onClose }: EditPanelProps) {
  const { t } = useFormat();
  const message = useMessage();
  const { data: meta } = useMeta(object);
  const { data, error, refetch } = useRecord(object, id);
  // The version the form was opened on stays its base while it is open; a refetch beneath must not swallow a conflict.
  const [opened, setOpened] = useState<Loaded | null>(null);
  if (data && !opened) setOpened(data);
  return (
    <SidePanel open onClose={onClose} title={t("form.edit", { label: meta?.label ?? "" })} width={640}>
      {error ? <ErrorState compact error={error} onRetry={() => void refetch()} /> : null}
      {meta && opened ? (
        <ObjectForm
          meta={meta}
          loaded={opened}
          onCancel={onClose}
          onSaved={({ undo }) => {
            if (undo) message.undo(t("form.saved"), undo, () => void refetch());
            else message.success(t("form.saved"));
            onClose();
          }}
        />
      ) : error ? null : (
        <SkeletonCard />
      )}
    </SidePanel>
  );
}
