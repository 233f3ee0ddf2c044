/** A real API server to play with: node -C @ovnkube/source packages/kube-real/examples/serve.ts /tmp/real */
import { findBinaries, missingReason, startReal } from '@ovnkube/kube-real';

const [dir = 'real'] = process.argv.slice(2);
const binaries = await findBinaries({ build: true, onProgress: console.log });
if (!binaries) throw new Error(missingReason());
const cluster = await startReal({ binaries, dir, onProgress: console.log });
console.log(`KUBECONFIG=${cluster.kubeconfig} kubectl get namespaces`);
process.once('SIGINT', () => void cluster.stop());
