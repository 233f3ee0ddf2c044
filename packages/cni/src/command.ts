/** The operations of the specification, as `CNI_COMMAND` names them (SPEC.md §"CNI operations"). */
export const commands = ['ADD', 'DEL', 'CHECK', 'GC', 'STATUS', 'VERSION'] as const;

/** An operation. */
export type Command = (typeof commands)[number];

/** A variable of the protocol. */
export type Variable = 'CNI_COMMAND' | 'CNI_CONTAINERID' | 'CNI_NETNS' | 'CNI_IFNAME' | 'CNI_ARGS' | 'CNI_PATH';

/** Which variables an operation cannot do without. DEL may come with no CNI_NETNS: the namespace can be gone. */
export const requiredVariables: Readonly<Record<Command, readonly Variable[]>> = {
  ADD: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  DEL: ['CNI_CONTAINERID', 'CNI_IFNAME'],
  CHECK: ['CNI_CONTAINERID', 'CNI_NETNS', 'CNI_IFNAME'],
  GC: ['CNI_PATH'],
  STATUS: [],
  VERSION: [],
};

/** Whether `text` is an operation's name. */
export const isCommand = (text: string): text is Command => (commands as readonly string[]).includes(text);
