/**
 * An API server for kubectl to play with:
 *
 *     node -C @ovnkube/source packages/kube-embedded/examples/serve.ts /tmp/kubeconfig
 */
import { startEmbedded } from '@ovnkube/kube-embedded';

const [kubeconfig = 'kubeconfig'] = process.argv.slice(2);
const server = await startEmbedded({ kubeconfig, token: crypto.randomUUID(), tls: 'self-signed' });
console.log(`${server.url}\nKUBECONFIG=${kubeconfig} kubectl get namespaces`);
process.once('SIGINT', () => void server.stop());
