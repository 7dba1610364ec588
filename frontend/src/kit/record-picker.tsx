import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { api } from "@/api/client";
import type { Option } from "@/api/types";

type RecordPickerProps = {
  /** Whose records: users, departments, … */
  object: string;
  value: string[];
  onChange: (ids: string[], options: Option[]) => void;
  multiple?: boolean;
  placeholder?: string;
  label: string;
  /** Labels already known for chosen ids. */
  known?: Option[];
  className?: string | undefined;
};

/** Finds records by typing; the server understands pinyin. For the small administration forms; ObjectForm has its own. */
export function RecordPicker(props: RecordPickerProps) {
  const { object, value, onChange, multiple, placeholder, label, known = [], className } = props;
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const q = useDeferredValue(typed);
  const found = useQuery({
    queryKey: ["options", object, q],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Option[] }>(`/${object}/options`, { query: { q, limit: 30 }, signal })).data
        .items,
    enabled: open,
    placeholderData: keepPreviousData,
  });
  const missing = value.filter((id) => !known.some((option) => option.id === id));
  const named = useQuery({
    queryKey: ["options", object, "ids", missing],
    queryFn: async ({ signal }) =>
      (
        await api.get<{ items: Option[] }>(`/${object}/options`, {
          query: { ids: missing.join(",") },
          signal,
        })
      ).data.items,
    enabled: missing.length > 0,
    staleTime: 5 * 60_000,
  });
  const all = new Map(
    [...(named.data ?? []), ...known, ...(found.data ?? [])].map((option) => [option.id, option]),
  );
  const shown = new Set([...(found.data ?? []).map((option) => option.id), ...value]);
  return (
    <Select
      className={className ?? ""}
      aria-label={label}
      {...(multiple ? { mode: "multiple" as const } : {})}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      allowClear
      placeholder={placeholder ?? label}
      value={multiple ? value : (value[0] ?? null)}
      loading={found.isFetching}
      onOpenChange={setOpen}
      onChange={(next: string | string[] | null | undefined) => {
        const ids = Array.isArray(next) ? next : next ? [next] : [];
        onChange(
          ids,
          ids.flatMap((id) => all.get(id) ?? []),
        );
      }}
      options={[...shown].flatMap((id) => {
        const option = all.get(id);
        return option ? [{ value: id, label: option.label, title: option.sub ?? option.label }] : [];
      })}
    />
  );
}
