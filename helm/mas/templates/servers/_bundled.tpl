{{/* What the bundled servers have in common. */}}

{{/* Metadata and spec of a StatefulSet up to its pods; takes (list $ "server"). */}}
{{- define "mas.bundledSet" -}}
{{- $root := index . 0 -}}
{{- $server := index . 1 -}}
{{- $b := (index $root.Values $server).bundled -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ include "mas.serverSecret" . }}
  labels:
    {{- include "mas.labels" . | nindent 4 }}
spec:
  replicas: {{ $b.replicas }}
  serviceName: {{ include "mas.serverSecret" . }}
  podManagementPolicy: Parallel
  updateStrategy:
    type: RollingUpdate
  minReadySeconds: 10
  persistentVolumeClaimRetentionPolicy:
    whenDeleted: Retain
    whenScaled: Retain
  selector:
    matchLabels:
      {{- include "mas.componentSelector" . | nindent 6 }}
  volumeClaimTemplates:
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: data
        labels:
          {{- include "mas.componentSelector" . | nindent 10 }}
      spec:
        accessModes: [ReadWriteOnce]
        {{- with $b.storageClass }}
        storageClassName: {{ . | quote }}
        {{- end }}
        resources:
          requests:
            storage: {{ $b.size }}
{{- end -}}

{{/* The pods of a StatefulSet up to their containers; takes (list $ "server"). */}}
{{- define "mas.bundledPod" -}}
{{- $root := index . 0 -}}
{{- $server := index . 1 -}}
{{- $b := (index $root.Values $server).bundled -}}
metadata:
  labels:
    {{- include "mas.componentSelector" . | nindent 4 }}
  annotations:
    # Its scripts are read at the start only.
    checksum/scripts: {{ include (printf "mas.scripts.%s" $server) $root | sha256sum }}
spec:
  {{- include "mas.podBasics" (list $root $b.uid) | nindent 2 }}
  terminationGracePeriodSeconds: 60
  {{- include "mas.scheduling" $b | nindent 2 }}
  {{- include "mas.spread" (list $root $server "ScheduleAnyway") | nindent 2 }}
  volumes:
    - name: tmp
      emptyDir: {sizeLimit: 256Mi}
    - name: scripts
      configMap: {name: {{ include "mas.serverSecret" . }}, defaultMode: 365}
    - name: secrets
      secret: {secretName: {{ include "mas.serverSecret" . }}, defaultMode: 288}
{{- end -}}

{{/* The rest of a container; takes (list $ "server" "where its data are"). */}}
{{- define "mas.bundledContainer" -}}
{{- $root := index . 0 -}}
{{- $b := (index $root.Values (index . 1)).bundled -}}
image: {{ $b.image }}
imagePullPolicy: {{ $root.Values.images.pullPolicy }}
securityContext:
  {{- include "mas.containerSecurity" $root | nindent 2 }}
volumeMounts:
  - {name: data, mountPath: {{ index . 2 }}}
  - {name: tmp, mountPath: /tmp}
  - {name: scripts, mountPath: /scripts, readOnly: true}
  - {name: secrets, mountPath: /secrets, readOnly: true}
{{- end -}}

{{/* A server has started, and lives: it listens; takes (list "port of clients" "port that is open as long as it lives"). */}}
{{- define "mas.alive" -}}
startupProbe:
  tcpSocket: {port: {{ index . 0 }}}
  periodSeconds: 2
  failureThreshold: 300
livenessProbe:
  tcpSocket: {port: {{ index . 1 }}}
  periodSeconds: 10
  failureThreshold: 6
{{- end -}}

{{/* It is ready when it listens; takes the name of its port. */}}
{{- define "mas.listens" -}}
readinessProbe:
  tcpSocket: {port: {{ . }}}
  periodSeconds: 5
{{- end -}}

{{/* It is ready when a script says so: has caught up with the others, so that the next one may go; takes (list "shell" seconds). */}}
{{- define "mas.caughtUp" -}}
readinessProbe:
  exec: {command: [{{ index . 0 }}, /scripts/ready.sh]}
  periodSeconds: {{ index . 1 }}
  timeoutSeconds: 10
{{- end -}}

{{/* Names of the pods, also before they are ready: they find each other by them; takes (list $ "server" (dict "port" number)). */}}
{{- define "mas.bundledNames" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "mas.serverSecret" . }}
  labels:
    {{- include "mas.labels" . | nindent 4 }}
spec:
  type: ClusterIP
  clusterIP: None
  publishNotReadyAddresses: true
  selector:
    {{- include "mas.componentSelector" . | nindent 4 }}
  ports:
    {{- range $name, $port := index . 2 }}
    - {name: {{ $name }}, port: {{ $port }}}
    {{- end }}
{{- end -}}

{{/* The scripts, and a budget where there are replicas; takes (list $ "server"). */}}
{{- define "mas.bundledRest" -}}
{{- $root := index . 0 -}}
{{- $server := index . 1 -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "mas.serverSecret" . }}
  labels:
    {{- include "mas.labels" . | nindent 4 }}
data:
  {{- include (printf "mas.scripts.%s" $server) $root | nindent 2 }}
{{- if gt (int (index $root.Values $server).bundled.replicas) 1 }}
---
# A majority stays.
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "mas.serverSecret" . }}
  labels:
    {{- include "mas.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "mas.componentSelector" . | nindent 6 }}
{{- end }}
{{- end -}}

{{- define "mas.scripts.mongodb" -}}
start.sh: |
  {{- .Files.Get "files/mongodb-start.sh" | nindent 2 }}
ready.sh: |
  {{- .Files.Get "files/mongodb-ready.sh" | nindent 2 }}
set-up.js: |
  {{- .Files.Get "files/mongodb-set-up.js" | nindent 2 }}
{{- end -}}

{{- define "mas.scripts.redis" -}}
primary.sh: |
  {{- .Files.Get "files/redis-primary.sh" | nindent 2 }}
ready.sh: |
  {{- .Files.Get "files/redis-ready.sh" | nindent 2 }}
start.sh: |
  {{- .Files.Get "files/redis-start.sh" | nindent 2 }}
sentinel.sh: |
  {{- .Files.Get "files/redis-sentinel.sh" | nindent 2 }}
{{- end -}}

{{- define "mas.scripts.rabbitmq" -}}
{{- $name := include "mas.serverSecret" (list . "rabbitmq") -}}
start.sh: |
  {{- .Files.Get "files/rabbitmq-start.sh" | nindent 2 }}
rabbitmq.conf: |
  # The members are known beforehand, so they find each other without the API of Kubernetes.
  cluster_formation.peer_discovery_backend = classic_config
  {{- range $i := until (int .Values.rabbitmq.bundled.replicas) }}
  cluster_formation.classic_config.nodes.{{ add $i 1 }} = rabbit@{{ include "mas.host" (list $ $name (printf "%s-%d" $name $i)) }}
  {{- end }}
  cluster_partition_handling = pause_minority
  disk_free_limit.absolute = 100MB
  log.console = true
  log.file = false
{{- end -}}

{{/* What the scripts of Redis have to know. */}}
{{- define "mas.redisEnvironment" -}}
{{- $name := include "mas.serverSecret" (list . "redis") -}}
{{- $replicas := int .Values.redis.bundled.replicas -}}
{{- $hosts := list -}}
{{- range $i := until $replicas -}}
{{- $hosts = append $hosts (include "mas.host" (list $ $name (printf "%s-%d" $name $i))) -}}
{{- end -}}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- {name: DOMAIN, value: {{ printf "%s.%s.svc.%s" $name .Release.Namespace .Values.clusterDomain }}}
- {name: FIRST, value: {{ first $hosts }}}
- {name: SENTINELS, value: {{ ternary "" (join " " $hosts) (eq $replicas 1) | quote }}}
- {name: QUORUM, value: {{ add (div $replicas 2) 1 | quote }}}
{{- end -}}
