import { useNavigate } from "@tanstack/react-router";
import { Button, type ButtonProps } from "antd";

/** A real link that looks like a button: opens in a new tab with a modifier, navigates inside otherwise. */
export function LinkButton({ to, ...rest }: ButtonProps & { to: string }) {
  const navigate = useNavigate();
  return (
    <Button
      {...rest}
      href={to}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        void navigate({ to });
      }}
    />
  );
}
