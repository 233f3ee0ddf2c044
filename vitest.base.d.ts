/** What every package's tests share: sources are imported as they are (no build), and tests may run beside each other. */
declare const _default: import('vite').UserConfig;
export default _default;
//# sourceMappingURL=vitest.base.d.ts.map
