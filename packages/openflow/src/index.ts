/** Encodes, decodes, prints and parses OpenFlow 1.3 to 1.5 with the Nicira extensions, and holds a switch connection. */
export const name = '@ovnkube/openflow';
