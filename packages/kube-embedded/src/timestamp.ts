/** RFC 3339 with whole seconds, as metav1.Time is written. */
export const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
