{{/* What every pod has: restricted security, probes, settings, secrets. */}}

{{/* User and group of the images of MAS. */}}
{{- define "mas.uid" -}}10001{{- end -}}

{{/* Security of a pod; takes (list $ uid). */}}
{{- define "mas.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ int64 (index . 1) }}
runAsGroup: {{ int64 (index . 1) }}
fsGroup: {{ int64 (index . 1) }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Security of a container: what the Pod Security Standard "restricted" wants, and a read-only root file system. */}}
{{- define "mas.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* What every pod begins with; takes (list $ uid). */}}
{{- define "mas.podBasics" -}}
serviceAccountName: {{ include "mas.name" (index . 0) }}
automountServiceAccountToken: false
{{ include "mas.podRest" . }}
{{- end -}}

{{/* The same of a hook that speaks to the API of Kubernetes; takes (list $ "component"). */}}
{{- define "mas.hookPodBasics" -}}
serviceAccountName: {{ include "mas.name" (index . 0) }}-{{ index . 1 }}
automountServiceAccountToken: true
{{ include "mas.podRest" (list (index . 0) (include "mas.uid" .)) }}
{{- /* It is of the gateway's image, and runs where that does. */}}
{{- include "mas.scheduling" (index . 0).Values.gateway }}
restartPolicy: Never
{{- end -}}

{{- define "mas.podRest" -}}
{{- $root := index . 0 -}}
# Or Kubernetes would set MAS_NODE_PORT and the like, which are names of settings.
enableServiceLinks: false
securityContext:
  {{- include "mas.podSecurity" . | nindent 2 }}
{{- with $root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Where its pods may run; takes the values of a component. */}}
{{- define "mas.scheduling" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Pods of a component apart from each other, by zone and by machine; takes (list $ "component" "whenUnsatisfiable"). */}}
{{- define "mas.spread" -}}
{{- $apart := index . 2 -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "mas.componentSelector" . | nindent 8 }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: {{ $apart }}
    labelSelector:
      matchLabels:
        {{- include "mas.componentSelector" . | nindent 8 }}
affinity:
  podAntiAffinity:
    {{- if eq $apart "DoNotSchedule" }}
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "mas.componentSelector" . | nindent 12 }}
    {{- else }}
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "mas.componentSelector" . | nindent 14 }}
    {{- end }}
{{- end -}}

{{/*
Probes on the management port; takes the seconds that a start may take.
Alive says only that the process works: it asks for no server, as a restart would not bring that back.
Ready: a gateway serves; a node has recovered its volume and announced itself. Both say no as soon as they are to stop.
*/}}
{{- define "mas.probes" -}}
startupProbe:
  httpGet: {path: /livez, port: management}
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: {{ div (int .) 2 }}
livenessProbe:
  httpGet: {path: /livez, port: management}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /readyz, port: management}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 3
{{- end -}}

{{/* More flags of the JVM, after what the image has there: of two the later counts. Takes the values of a component. */}}
{{- define "mas.javaOptions" -}}
{{- with .javaOptions }}
- name: JDK_JAVA_OPTIONS
  value: {{ printf "-XX:MaxRAMPercentage=50 %s" . | quote }}
{{- end }}
{{- end -}}

{{/* The name of the variable that a setting has. */}}
{{- define "mas.variable" -}}
{{- . | upper | replace "." "_" | replace "-" "_" -}}
{{- end -}}

{{/* Settings as variables, by name; takes a map. */}}
{{- define "mas.settings" -}}
{{- range $name, $value := . }}
- name: {{ include "mas.variable" $name }}
  value: {{ include "mas.text" $value | quote }}
{{- end }}
{{- end -}}

{{/* Settings of every process of mas-api; takes (list $ "role" its own settings (list "server" ...)). */}}
{{- define "mas.apiEnvironment" -}}
{{- $root := index . 0 -}}
- name: MAS_ROLES
  value: {{ index . 1 }}
- name: MAS_CLUSTER_ID
  value: {{ $root.Values.clusterId | quote }}
- name: MAS_OBJECT_ERASURE
  value: {{ printf "%v+%v" $root.Values.geometry.data $root.Values.geometry.parity | quote }}
- name: MAS_PLACEMENT_MIN_NODE_FAILURES
  value: {{ $root.Values.geometry.nodeFailures | quote }}
- name: LOGGING_STRUCTURED_FORMAT_CONSOLE
  value: ecs
{{ include "mas.serverEnvironment" (list $root (index . 3)) }}
{{- include "mas.settings" (index . 2) }}
{{- end -}}

{{/* The rest of a container of mas-api, its mounts last; takes (list $ its values (list "server" ...)). */}}
{{- define "mas.apiContainer" -}}
{{- $root := index . 0 -}}
{{- $values := index . 1 -}}
image: {{ include "mas.image" (list $root "gateway") }}
imagePullPolicy: {{ $root.Values.images.pullPolicy }}
securityContext:
  {{- include "mas.containerSecurity" $root | nindent 2 }}
resources:
  {{- toYaml $values.resources | nindent 2 }}
{{ include "mas.probes" $values.startupSeconds }}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
  - {name: secrets, mountPath: /run/secrets/mas, readOnly: true}
  {{- include "mas.tlsMounts" (list $root (index . 2)) | nindent 2 }}
{{- end -}}

{{/* Volumes of a pod of mas-api; takes (list $ (list "server" ...)). */}}
{{- define "mas.apiVolumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
- name: secrets
  projected:
    defaultMode: 288 # 0440
    sources:
      {{- include "mas.secretSources" . | nindent 6 }}
{{ include "mas.tlsVolumes" . }}
{{- end -}}

{{/* A container that runs a command of `mas` and ends; takes (list $ (list "command" ...)). */}}
{{- define "mas.commandContainer" -}}
{{- $root := index . 0 -}}
image: {{ include "mas.image" (list $root "gateway") }}
imagePullPolicy: {{ $root.Values.images.pullPolicy }}
command: [/usr/local/bin/mas]
args: {{ toJson (index . 1) }}
securityContext:
  {{- include "mas.containerSecurity" $root | nindent 2 }}
resources:
  requests: {cpu: 100m, memory: 128Mi}
  limits: {memory: 256Mi}
{{- end -}}
