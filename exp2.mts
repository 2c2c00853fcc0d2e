import { TestQueries, bundledProgram } from './test/query/queryServer.ts'
import fs from 'node:fs'
for (let i=0;i<3;i++){ const q=new TestQueries(bundledProgram()); const t=performance.now(); const o=q.ask('rollouts/open',{runs:['/tmp/hquery/run-1000000'],filter:{},sort:{by:'recorded',descending:false},by:'rollouts',follow:false}); const pid=q.pid; const {view}=await o; await q.ask('rollouts/page',{view,offset:0,limit:100}); console.log('open',(performance.now()-t).toFixed(0), fs.readFileSync(`/proc/${pid}/status`,'utf8').match(/VmHWM.*|VmRSS.*/g)); q.close() }
