import { createContext, useContext } from "react";
import type { Asked, PartKey } from "./queries";

type AskedContext = {
  asked: Asked;
  /** What is chosen, in words: for pictures. */
  about: string;
  /** The parts this person may take out as a file. */
  exports: PartKey[];
};

export const AskedContext = createContext<AskedContext>({ asked: {}, about: "", exports: [] });

export function useAsked(): AskedContext {
  return useContext(AskedContext);
}
