import { Input } from "antd";
import { MentionArea } from "../../mentions/mention-area";
import type { InputProps } from "../types";

const asText = (value: unknown) => (value === null || value === undefined ? "" : String(value));

function common({ id, invalid, describedBy, autoFocus, size, field, placeholder }: InputProps) {
  return {
    id,
    placeholder,
    "aria-invalid": invalid || undefined,
    "aria-describedby": describedBy,
    "aria-required": field.required || undefined,
    status: invalid ? ("error" as const) : undefined,
    autoFocus: autoFocus ?? false,
    size: size ?? "middle",
    maxLength: field.max_length ?? undefined,
  };
}

export function TextInput(props: InputProps) {
  return (
    <Input
      {...common(props)}
      value={asText(props.value)}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}

export function LongTextInput(props: InputProps) {
  return (
    <MentionArea value={asText(props.value)} onChange={props.onChange}>
      {(area) => <Input.TextArea {...common(props)} {...area} autoSize={{ minRows: 2, maxRows: 8 }} />}
    </MentionArea>
  );
}

/** The keyboard a phone shows follows the type; what may be typed does not: the server judges, in words. */
export function PhoneInput(props: InputProps) {
  return (
    <Input
      {...common(props)}
      type="tel"
      inputMode="tel"
      autoComplete="off"
      value={asText(props.value)}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}

export function EmailInput(props: InputProps) {
  return (
    <Input
      {...common(props)}
      type="email"
      inputMode="email"
      autoComplete="off"
      value={asText(props.value)}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}

export function UrlInput(props: InputProps) {
  return (
    <Input
      {...common(props)}
      type="url"
      inputMode="url"
      placeholder={props.placeholder ?? "https://"}
      value={asText(props.value)}
      onChange={(event) => props.onChange(event.target.value)}
    />
  );
}
