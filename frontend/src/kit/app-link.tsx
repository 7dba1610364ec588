import { Link } from "@tanstack/react-router";
import type { AriaAttributes, MouseEventHandler, ReactNode } from "react";

type AppLinkProps = AriaAttributes & {
  /** An in-app address as the server gives it, query included: `/customers?view=pool`. */
  path: string;
  className?: string | undefined;
  title?: string | undefined;
  onClick?: MouseEventHandler<HTMLAnchorElement> | undefined;
  children?: ReactNode;
};

/** A link to an in-app address that comes as one text; preloads on hover like every other link. */
export function AppLink({ path, ...rest }: AppLinkProps) {
  const { to, search, hash } = splitPath(path);
  return <Link {...rest} to={to} search={search as never} {...(hash ? { hash } : {})} />;
}

export function splitPath(path: string): { to: string; search: Record<string, string>; hash: string } {
  const url = new URL(path, window.location.origin);
  return { to: url.pathname, search: Object.fromEntries(url.searchParams), hash: url.hash.slice(1) };
}
