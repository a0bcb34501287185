package deploy

import (
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// connectionsOf returns a function that lists the TCP connections in the network namespace of a process, which only
// root may look into.
func connectionsOf(pid int) func() ([]connection, error) {
	return func() ([]connection, error) {
		ns, err := netns.GetFromPid(pid)
		if err != nil {
			return nil, errNoDrain
		}
		defer ns.Close()
		h, err := netlink.NewHandleAt(ns, unix.NETLINK_INET_DIAG)
		if err != nil {
			return nil, errNoDrain
		}
		defer h.Close()
		var out []connection
		for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
			list, err := h.SocketDiagTCPInfo(family)
			if err != nil {
				return nil, errNoDrain
			}
			for _, c := range list {
				if c.TCPInfo == nil || c.InetDiagMsg == nil || c.TCPInfo.State == netlink.TCP_LISTEN {
					continue
				}
				out = append(out, connection{
					port: int(c.InetDiagMsg.ID.SourcePort), received: c.TCPInfo.Bytes_received,
					sent:     c.TCPInfo.Bytes_acked,
					lastRecv: time.Duration(c.TCPInfo.Last_data_recv) * time.Millisecond,
					lastSent: time.Duration(c.TCPInfo.Last_data_sent) * time.Millisecond,
				})
			}
		}
		return out, nil
	}
}
