const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

export const MOD_KEY = MAC ? "⌘" : "Ctrl";
