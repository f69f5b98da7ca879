package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/IBM/sarama"
)

// Inspector looks at a cluster and changes nothing.
type Inspector struct{ admin *Admin }

// NewInspector checks the settings; it does not dial.
func NewInspector(cfg Config) (*Inspector, error) {
	admin, err := NewAdmin(cfg)
	if err != nil {
		return nil, err
	}
	return &Inspector{admin: admin}, nil
}

// Close hangs up.
func (i *Inspector) Close() error { return i.admin.Close() }

// Cluster is who is there.
type Cluster struct {
	Brokers    []int32          // by id, in order
	Addrs      map[int32]string // as the brokers tell clients to reach them
	Controller int32
}

// Cluster asks for the brokers and their controller.
func (i *Inspector) Cluster(ctx context.Context) (Cluster, error) {
	return inspect(ctx, i, "the cluster", func(_ sarama.Client, admin sarama.ClusterAdmin) (Cluster, error) {
		brokers, controller, err := admin.DescribeCluster()
		if err != nil {
			return Cluster{}, err
		}
		found := Cluster{Addrs: make(map[int32]string, len(brokers)), Controller: controller}
		for _, b := range brokers {
			found.Brokers = append(found.Brokers, b.ID())
			found.Addrs[b.ID()] = b.Addr()
		}
		slices.Sort(found.Brokers)
		return found, nil
	})
}

// BrokerSettings asks one broker for some of its settings; one that it does not know is missing.
func (i *Inspector) BrokerSettings(ctx context.Context, id int32, names []string) (map[string]string, error) {
	return inspect(ctx, i, "the broker's settings", func(_ sarama.Client, admin sarama.ClusterAdmin) (map[string]string, error) {
		return describeSettings(admin, sarama.BrokerResource, strconv.Itoa(int(id)), names)
	})
}

// Disk is one directory in which a broker keeps logs.
type Disk struct {
	Broker       int32
	Path         string
	Err          error // the directory has failed
	Total, Spare int64 // bytes; -1 = the broker does not say (before 3.3)
}

// Disks asks each of these brokers for its directories.
func (i *Inspector) Disks(ctx context.Context, brokers []int32) ([]Disk, error) {
	return inspect(ctx, i, "the disks", func(_ sarama.Client, admin sarama.ClusterAdmin) ([]Disk, error) {
		said, err := admin.DescribeLogDirs(brokers)
		if err != nil {
			return nil, err
		}
		var disks []Disk
		for _, id := range brokers {
			for _, dir := range said[id] {
				disk := Disk{Broker: id, Path: dir.Path, Total: dir.TotalBytes, Spare: dir.UsableBytes}
				if disk.Total <= 0 {
					disk.Total, disk.Spare = -1, -1
				}
				if dir.ErrorCode != sarama.ErrNoError {
					disk.Err = dir.ErrorCode
				}
				disks = append(disks, disk)
			}
		}
		return disks, nil
	})
}

// inspect asks one question.
func inspect[T any](ctx context.Context, i *Inspector, about string, ask func(sarama.Client, sarama.ClusterAdmin) (T, error)) (T, error) {
	found, err := await(ctx, func() (T, error) {
		client, admin, err := i.admin.connect()
		if err != nil {
			var none T
			return none, err
		}
		return ask(client, admin)
	})
	if err != nil {
		return found, fmt.Errorf("asking for %s: %w", about, err)
	}
	return found, nil
}

// describeSettings asks for some settings of a topic or broker.
func describeSettings(admin sarama.ClusterAdmin, kind sarama.ConfigResourceType, name string, names []string) (map[string]string, error) {
	asked := slices.Clone(names)
	if kind == sarama.TopicResource {
		for _, name := range names {
			asked = append(asked, brokersOwn+name)
		}
	}
	said, err := admin.DescribeConfigs([]*sarama.ConfigResource{{Type: kind, Name: name, ConfigNames: asked}}, sarama.DescribeConfigsOptions{})
	if err != nil {
		return nil, err
	}
	have, unset := make(map[string]string, len(asked)), make(map[string]bool)
	for _, resource := range said {
		if resource.ErrorCode != sarama.ErrNoError {
			return nil, resource.ErrorCode
		}
		for _, entry := range resource.Configs {
			have[entry.Name] = entry.Value
			unset[entry.Name] = entry.Default
		}
	}
	for _, name := range names {
		if own, ok := have[brokersOwn+name]; ok && unset[name] {
			have[name] = own
		}
	}
	maps.DeleteFunc(have, func(name, _ string) bool { return !slices.Contains(names, name) })
	return have, nil
}

// brokersOwn begins the broker's name of what a topic may set. The broker of `sluice up` tells
// of a topic that sets nothing Kafka's default, and its own setting, by which it goes, beside it
// under this name. Kafka tells its own as the topic's.
const brokersOwn = "log."

// May says whether the cluster lets us do something with a topic or group.
type May struct {
	Known                 bool // false = the cluster does not say
	Read, Write, Describe bool
}

// operationsUnknown is what a broker says that says nothing.
const operationsUnknown = -1 << 31

func mayDo(operations int32) May {
	if operations == operationsUnknown {
		return May{}
	}
	allowed := func(op sarama.AclOperation) bool { return operations&(1<<uint(op)) != 0 }
	return May{
		Known: true, Read: allowed(sarama.AclOperationRead), Write: allowed(sarama.AclOperationWrite),
		Describe: allowed(sarama.AclOperationDescribe),
	}
}

// IsDenied tells whether the cluster refused us for want of a permission.
func IsDenied(err error) bool {
	for _, code := range []sarama.KError{
		sarama.ErrTopicAuthorizationFailed, sarama.ErrGroupAuthorizationFailed, sarama.ErrClusterAuthorizationFailed,
	} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

// IsMissing tells whether the cluster does not have the topic that was asked for.
func IsMissing(err error) bool { return errors.Is(err, sarama.ErrUnknownTopicOrPartition) }
