package progress

import (
	"context"
	"net"
)

// AskOps asks ops listeners, at every address of each, what their processes know by themselves. A process
// that is reached twice answers once. The observer is told who does not answer.
func AskOps(ctx context.Context, listeners []string, obs Observer) []Answer {
	p := &Progress{
		cfg: Config{Peers: listeners}.withDefaults(), deps: Deps{Observer: obs},
		client: newClient(), lookup: net.DefaultResolver.LookupHost,
	}
	defer p.client.CloseIdleConnections()
	parts, _ := p.askPeers(ctx)
	return parts
}
