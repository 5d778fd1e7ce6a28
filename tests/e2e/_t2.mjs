import { fixMonths } from "./mensuel.mjs"; import { serve, mallette } from "./serveur.mjs"; import { execSync } from "node:child_process";
let t=Date.now(); const lap=(w)=>{console.log(w,((Date.now()-t)/1000).toFixed(1));t=Date.now();};
const r=fixMonths({structures:8,dossiers:4000,mois:+process.argv[2],fin:"2020-03-04",graine:5}); lap("fix");
let s=await serve(r.donnees); lap("serve 1"); console.log(s.said()); await s.end(); t=Date.now();
s=await serve(r.donnees); lap("serve 2"); await s.end(); r.stop();
