{{/*
The arithmetic of placement (io.mas.api.nodes.Placement): a node gets at most ceil((k+m) / nodes) shards of a block, and a
write is refused unless that many, times the nodes that must be able to fail, are at most m.
*/}}

{{/* The most shards of a block that one of so many nodes gets; takes (list $ nodes). */}}
{{- define "mas.shardsPerNode" -}}
{{- $g := (index . 0).Values.geometry -}}
{{- $nodes := int (index . 1) -}}
{{- if lt $nodes 1 -}}
{{- add $g.data $g.parity -}}
{{- else -}}
{{- div (add $g.data $g.parity $nodes -1) $nodes -}}
{{- end -}}
{{- end -}}

{{/* How many nodes may fail, whichever they are, while all files are still read: 0 if none. */}}
{{- define "mas.survivable" -}}
{{- $most := include "mas.shardsPerNode" (list . .Values.storage.replicas) | int -}}
{{- div (int .Values.geometry.parity) $most -}}
{{- end -}}

{{/* The fewest nodes on which a write can be placed. */}}
{{- define "mas.fewestNodes" -}}
{{- $g := .Values.geometry -}}
{{- if eq (int $g.nodeFailures) 0 -}}
1
{{- else -}}
{{- $most := div (int $g.parity) (int $g.nodeFailures) -}}
{{- div (add $g.data $g.parity $most -1) $most -}}
{{- end -}}
{{- end -}}

{{/* How many storage nodes may be away at once on purpose. */}}
{{- define "mas.nodesAway" -}}
{{- if kindIs "invalid" .Values.storage.maxUnavailable -}}
{{- min 1 (include "mas.survivable" . | int) -}}
{{- else -}}
{{- int .Values.storage.maxUnavailable -}}
{{- end -}}
{{- end -}}

{{/* Of the gateways. */}}
{{- define "mas.refuseScaling" -}}
{{- $a := .Values.gateway.autoscaling -}}
{{- if and $a.enabled (gt (int $a.minReplicas) (int $a.maxReplicas)) -}}
{{- fail (printf "gateway.autoscaling.minReplicas is %v, expected %v or less, as maxReplicas is %v: lower minReplicas, or raise maxReplicas." $a.minReplicas $a.maxReplicas $a.maxReplicas) -}}
{{- end -}}
{{- end -}}

{{/* Refuses what cannot be; each message says the value, what was expected, and what to change. */}}
{{- define "mas.refuseGeometry" -}}
{{- $g := .Values.geometry -}}
{{- $width := add $g.data $g.parity -}}
{{- $replicas := int .Values.storage.replicas -}}
{{- if gt (int $width) 32 -}}
{{- fail (printf "geometry.data %v + geometry.parity %v = %d shards of a block, expected 32 or fewer: lower one of them." $g.data $g.parity $width) -}}
{{- end -}}
{{- if gt (int $g.nodeFailures) (int $g.parity) -}}
{{- fail (printf "geometry.nodeFailures is %v, expected %v or less, as geometry.parity is %v: lower nodeFailures to %v, or raise parity." $g.nodeFailures $g.parity $g.parity $g.parity) -}}
{{- end -}}
{{- $fewest := include "mas.fewestNodes" . | int -}}
{{- if lt $replicas $fewest -}}
{{- fail (printf "storage.replicas is %d, expected %d or more: %v+%v so that %v of the nodes may fail (geometry.nodeFailures) needs so many. Raise storage.replicas, raise geometry.parity, or lower geometry.nodeFailures (0: no node may fail without loss)." $replicas $fewest $g.data $g.parity $g.nodeFailures) -}}
{{- end -}}
{{- if lt (sub $replicas (int $g.nodesAway)) $fewest -}}
{{- fail (printf "storage.replicas is %d, expected %d or more: with %v of them away (geometry.nodesAway), such as in a rolling restart, no file could be stored, as %v+%v needs %d nodes. Raise storage.replicas, or lower geometry.nodesAway to %d and accept that uploads fail meanwhile." $replicas (add $fewest $g.nodesAway) $g.nodesAway $g.data $g.parity $fewest (sub $replicas $fewest)) -}}
{{- end -}}
{{- $survivable := include "mas.survivable" . | int -}}
{{- if gt (include "mas.nodesAway" . | int) $survivable -}}
{{- fail (printf "storage.maxUnavailable is %v, expected %d or less: with %v+%v on %d nodes, more than %d away at once make files unreadable. Lower it, or remove it." .Values.storage.maxUnavailable $survivable $g.data $g.parity $replicas $survivable) -}}
{{- end -}}
{{- end -}}
