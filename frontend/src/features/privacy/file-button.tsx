import { Button } from "antd";
import { Download } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { useMessage } from "@/kit/use-message";

type FileButtonProps = { path: string; body?: object; label: string };

/** Has the server make a spreadsheet of what the page shows, and fetches it. */
export function FileButton({ path, body = {}, label }: FileButtonProps) {
  const message = useMessage();
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    try {
      const { data } = await api.post<{ file: string }>(path, body);
      window.location.assign(api.fileUrl(data.file));
    } catch (error) {
      message.error(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon={<Download size={15} aria-hidden />} loading={busy} onClick={() => void make()}>
      {label}
    </Button>
  );
}
