/**
 * Where a feature adds to the screens of a kind of record (extension point): a card beside its facts, a dialog of its
 * own for a command. Filled by `app/slots.ts`; nothing here knows which kinds there are.
 */
import type { ComponentType } from "react";
import type { ActionMeta, ObjectMeta, RecordData } from "./model/meta";

export type AsideProps = { meta: ObjectMeta; record: RecordData };
export type CommandDialogProps = {
  meta: ObjectMeta;
  record: RecordData;
  action: ActionMeta;
  initial: Record<string, unknown>;
  run: (params: Record<string, unknown>) => Promise<void>;
  onClose: () => void;
};

const asides = new Map<string, ComponentType<AsideProps>[]>();
const dialogs = new Map<string, ComponentType<CommandDialogProps>>();

export function addAside(object: string, component: ComponentType<AsideProps>): void {
  asides.set(object, [...(asides.get(object) ?? []), component]);
}

export function asidesOf(object: string): ComponentType<AsideProps>[] {
  return asides.get(object) ?? [];
}

export function addDialog(
  object: string,
  command: string,
  component: ComponentType<CommandDialogProps>,
): void {
  dialogs.set(`${object} ${command}`, component);
}

export function dialogOf(object: string, command: string): ComponentType<CommandDialogProps> | null {
  return dialogs.get(`${object} ${command}`) ?? null;
}
